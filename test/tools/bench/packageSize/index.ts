import { benchOf } from '../table';
import { measurePackageSize } from './measure';
import { presentPackageSize } from './present';

export const packageSize = benchOf(measurePackageSize, presentPackageSize);
