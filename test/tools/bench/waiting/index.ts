import { benchOf } from '../table';
import { measureWaiting } from './measure';
import { presentWaiting } from './present';

export const waiting = benchOf(measureWaiting, presentWaiting);
