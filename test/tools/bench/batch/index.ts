import { benchOf } from '../table';
import { measureBatch } from './measure';
import { presentBatch } from './present';

export const batch = benchOf(measureBatch, presentBatch);
