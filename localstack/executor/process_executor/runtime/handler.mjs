import { existsSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { fatalError } from './errors.mjs';

/** The order in which Lambda looks for the handler's file. */
const EXTENSIONS = ['', '.js', '.mjs', '.cjs'];

const CALLBACK_PARAMETERS = 3;

/**
 * Loads the function that a handler string such as `folder/file.export` or `file.nested.export` names.
 * @throws an error of the name that Lambda gives it: Runtime.HandlerNotFound, Runtime.ImportModuleError, ...
 */
export async function loadHandler(taskRoot, handlerString) {
  const { folder, file, exportPath } = parse(handlerString);
  const loaded = await loadModule(taskRoot, folder, file);
  const handler = findExport(loaded, exportPath) ?? findExport(loaded.default, exportPath);
  if (handler === undefined || handler === null) {
    throw fatalError('Runtime.HandlerNotFound', `${handlerString} is undefined or not exported`);
  }
  if (typeof handler !== 'function') {
    throw fatalError('Runtime.HandlerNotFound', `${handlerString} is not a function`);
  }
  if (handler.length >= CALLBACK_PARAMETERS) {
    throw fatalError(
      'Runtime.CallbackHandlerDeprecated',
      'AWS Lambda has no callback-based handlers from Node.js 24 on: make the handler an async function that returns its result.',
    );
  }
  return handler;
}

function parse(handlerString = '') {
  const name = basename(handlerString);
  const dot = name.indexOf('.');
  if (handlerString.includes('..') || dot < 1 || dot === name.length - 1) {
    throw fatalError(
      'Runtime.MalformedHandlerName',
      `'${handlerString}' is not a valid handler name: it must read folder/file.export.`,
    );
  }
  return { folder: dirname(handlerString), file: name.slice(0, dot), exportPath: name.slice(dot + 1).split('.') };
}

async function loadModule(taskRoot, folder, file) {
  const path = resolve(taskRoot, folder, file);
  try {
    for (const extension of EXTENSIONS) {
      const candidate = path + extension;
      if (existsSync(candidate) && statSync(candidate).isFile()) {
        return await load(candidate);
      }
    }
    // A package, or a folder with an index file.
    const require = createRequire(join(taskRoot, 'handler.cjs'));
    return require(require.resolve(file, { paths: [taskRoot, join(taskRoot, folder)] }));
  } catch (error) {
    if (error instanceof SyntaxError) {
      throw fatalError('Runtime.UserCodeSyntaxError', String(error), error);
    }
    if (error?.code === 'MODULE_NOT_FOUND' || error?.code === 'ERR_MODULE_NOT_FOUND') {
      throw fatalError('Runtime.ImportModuleError', String(error), error);
    }
    throw error;
  }
}

function load(path) {
  // A file without an extension is CommonJS, as Lambda reads it.
  const isModule = path.endsWith('.js') || path.endsWith('.mjs');
  return isModule ? import(pathToFileURL(path).href) : createRequire(path)(path);
}

function findExport(value, exportPath) {
  return exportPath.reduce((found, key) => (found === undefined || found === null ? undefined : found[key]), value);
}
