/** The words of a text: a list of many short ones takes a few lines so. */
export function words(text: string): string[] {
	return text.trim().split(/\s+/);
}
