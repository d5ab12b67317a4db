/** What happened, as the user reads it. `{provider}` and `{job}` stand for their names. */
export const TITLES = {
	unknown: 'It is not known whether {provider} made this job',
	authentication: '{provider} refused the credential{job}',
	permission: '{provider} does not allow this with the credential{job}',
	credit: '{provider} has not enough credit in your account{job}',
	invalid: '{provider} refused the values of the request{job}',
	content: '{provider} refused what the prompt or the image shows{job}',
	notFound: '{provider} does not know what was asked for{job}',
	conflict: '{provider} knows this idempotency key from a different request{job}',
	rateLimit: '{provider} takes no more requests for the moment{job}',
	slot: '{provider} has no free slot for another job{job}',
	unavailable: '{provider} is out of service for the moment{job}',
	provider: '{provider} had a fault of its own{job}',
	redirect: '{provider} answered with a redirect, which is not followed{job}',
	unreadable: '{provider} gave an answer that makes no sense{job}',
	network: '{provider} could not be reached{job}',
	timeout: '{provider} did not answer in time{job}',
	timedOut: 'The job {id} at {provider} was not over within {minutes} minutes',
	download: 'The video of job {id} was made, but its download did not succeed',
} as const;

export type Title = keyof typeof TITLES;
