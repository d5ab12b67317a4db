/**
 * On a machine that others load at the same time, a test of timing can come late for no fault of the code. In CI such a
 * test is given another try, with what went wrong printed; a test that fails every time has found something.
 */
if (process.env.CI) jest.retryTimes(2, { logErrorsBeforeRetry: true });
