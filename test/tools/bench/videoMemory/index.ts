import { benchOf } from '../table';
import { measureVideoMemory } from './measure';
import { presentVideoMemory } from './present';

export const videoMemory = benchOf(measureVideoMemory, presentVideoMemory);
