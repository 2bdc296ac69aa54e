/** A thread that ends in the middle of its task, by an error that nobody catches: as one does that is out of memory. */
export default (): Promise<never> => {
  setImmediate(() => {
    throw new Error('the thread ended');
  });
  return new Promise(() => {});
};
