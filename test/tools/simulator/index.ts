export { startSimulator } from './server';
export { testImage, testMedia } from './samples';
export type * from './types';
