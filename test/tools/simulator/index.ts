export { startSimulator } from './server';
export { testImage } from './samples';
export type * from './types';
