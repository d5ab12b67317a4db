/** Controls, formats such as the soft hyphen, lone surrogates, and all that Unicode draws as nothing. */
const INVISIBLE = /[\p{Cc}\p{Cf}\p{Cs}\p{Default_Ignorable_Code_Point}]+/gu;

/** These and blanks, Braille's empty pattern among them. */
export const UNSEEN = /[\p{Cc}\p{Cf}\p{Cs}\p{Default_Ignorable_Code_Point}\p{White_Space}\u2800]+/gu;

/**
 * Takes out what nobody sees and pasting brings along: zero-width characters, controls, line breaks.
 *
 * @returns the text without them and without blanks around it
 */
export function withoutInvisible(text: string): string {
	return text.replace(INVISIBLE, '').trim();
}

/**
 * Takes out blanks as well, which no key has: what is left is what the key is.
 */
export function withoutBlanks(text: string): string {
	return text.replace(UNSEEN, '');
}
