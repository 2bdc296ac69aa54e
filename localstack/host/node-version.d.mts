/** The types of `node-version.mjs`, which has to stay plain JavaScript. */
export declare const requiredMajor: number;
export declare const bundledNode: string;
export declare const nodeProblem: (version: string, bundledNodeExists: boolean, command: string) => string | undefined;
export declare const requireNode: (command: string) => void;
