/**
 * `node drawSpec.mjs <Vega-Lite specification>` prints the SVG. A program of its own in plain JavaScript, because Vega comes
 * as modules that load asynchronously, which neither tsx nor Jest can load into CommonJS.
 */
import { Error as ERRORS_ONLY, logger, parse, View } from 'vega';
import { compile } from 'vega-lite';

/** What Vega-Lite would only remark upon is a mistake in our specification. */
const strict = logger(ERRORS_ONLY);
strict.warn = (...words) => {
	throw new Error(words.join(' '));
};

const specification = JSON.parse(process.argv[2]);
const view = new View(parse(compile(specification, { logger: strict }).spec), { renderer: 'none' });
process.stdout.write(`${await view.toSVG()}\n`);
