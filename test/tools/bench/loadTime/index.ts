import { benchOf } from '../table';
import { measureLoadTime } from './measure';
import { presentLoadTime } from './present';

export const loadTime = benchOf(measureLoadTime, presentLoadTime);
