/** What happened, as the user reads it. `{provider}` stands for its name. */
export const TITLES = {
	unknown: 'It is not known whether {provider} made this job',
	authentication: '{provider} refused the credential',
	permission: '{provider} does not allow this with the credential',
	credit: '{provider} has not enough credit in your account',
	invalid: '{provider} refused the values of the request',
	content: '{provider} refused what the prompt or the image shows',
	notFound: '{provider} does not know what was asked for',
	conflict: '{provider} knows this idempotency key from a different request',
	rateLimit: '{provider} takes no more requests for the moment',
	slot: '{provider} has no free slot for another job',
	unavailable: '{provider} is out of service for the moment',
	provider: '{provider} had a fault of its own',
	redirect: '{provider} answered with a redirect, which is not followed',
	unreadable: '{provider} gave an answer that makes no sense',
	network: '{provider} could not be reached',
	timeout: '{provider} did not answer in time',
	timedOut: '{provider} did not finish the video within {minutes} minutes',
	noVideo: '{provider} calls the job completed but gives no address of a video: {provider} made no video',
	download: 'The video was made, but could not be downloaded',
} as const;

export type Title = keyof typeof TITLES;
