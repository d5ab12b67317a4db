import { benchOf } from '../table';
import { measureOverhead } from './measure';
import { presentOverhead } from './present';

export const overhead = benchOf(measureOverhead, presentOverhead);
