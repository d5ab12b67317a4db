import { existsSync } from 'node:fs';
import { join, posix } from 'node:path';
import ts from 'typescript';
import { readRepositoryFile, repositoryRoot } from './repository';

export interface Import {
	/** As written. */
	specifier: string;
	/** File of this repository it leads to; undefined for a package. */
	file: string | undefined;
	/** Gone after compilation. */
	typeOnly: boolean;
}

export function parseFile(file: string): ts.SourceFile {
	return ts.createSourceFile(file, readRepositoryFile(file), ts.ScriptTarget.ES2022, true);
}

export function walk(node: ts.Node, visit: (node: ts.Node) => void): void {
	visit(node);
	ts.forEachChild(node, (child) => walk(child, visit));
}

/** Everything a file imports: static, re-exported, by type, by `import()` and by `require()`. */
export function readImports(file: string): Import[] {
	const imports: Import[] = [];
	const add = (specifier: ts.Node | undefined, typeOnly = false) => {
		if (specifier === undefined || !ts.isStringLiteralLike(specifier)) return;
		imports.push({ specifier: specifier.text, file: resolveImport(file, specifier.text), typeOnly });
	};
	walk(parseFile(file), (node) => {
		if (ts.isImportDeclaration(node))
			add(node.moduleSpecifier, node.importClause?.phaseModifier === ts.SyntaxKind.TypeKeyword);
		else if (ts.isExportDeclaration(node)) add(node.moduleSpecifier, node.isTypeOnly);
		else if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) add(node.argument.literal, true);
		else if (ts.isExternalModuleReference(node)) add(node.expression);
		else if (ts.isCallExpression(node) && /^(import|require)$/.test(node.expression.getText())) add(node.arguments[0]);
	});
	return imports;
}

export interface Export {
	name: string;
	declaration: ts.Declaration;
}

/** What a file declares for others; what it hands on from another file is that file's. */
export function readExports(file: string): Export[] {
	return parseFile(file).statements.flatMap((statement): Export[] => {
		const isExported =
			ts.canHaveModifiers(statement) &&
			ts.getModifiers(statement)?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword);
		if (!isExported) return [];
		const declarations: readonly ts.Declaration[] = ts.isVariableStatement(statement)
			? statement.declarationList.declarations
			: [statement as ts.DeclarationStatement];
		return declarations.map((declaration) => ({
			name: ts.getNameOfDeclaration(declaration)?.getText() ?? '',
			declaration,
		}));
	});
}

/** Says whether a declaration is a function, also one that is kept in a constant. */
export function isFunction(declaration: ts.Declaration): boolean {
	if (!ts.isVariableDeclaration(declaration)) return ts.isFunctionDeclaration(declaration);
	return declaration.initializer !== undefined && ts.isFunctionLike(declaration.initializer);
}

function resolveImport(importer: string, specifier: string): string | undefined {
	if (!specifier.startsWith('.')) return undefined;
	const target = posix.join(posix.dirname(importer), specifier);
	const candidates = [target, `${target}.ts`, `${target}.mjs`, `${target}.js`, `${target}/index.ts`];
	const found = candidates.find((candidate) => /\.\w+$/.test(candidate) && existsSync(join(repositoryRoot, candidate)));
	if (found === undefined) throw new Error(`${importer} imports ${specifier}, which is not there`);
	return found;
}

/** The files a file needs, directly and through others, itself included. */
export function reachableFiles(start: string, follow: (found: Import) => boolean = () => true): string[] {
	const reached = new Set([start]);
	for (const file of reached) {
		if (!/\.(ts|mjs|js)$/.test(file)) continue;
		for (const found of readImports(file)) {
			if (found.file !== undefined && follow(found)) reached.add(found.file);
		}
	}
	return [...reached];
}
