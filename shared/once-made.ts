/**
 * Makes something at the first call, and gives the same to all later ones; where making it failed, the next call tries again. Handlers choose
 * their adapters so: nothing is read while a module loads, and tests and packagers can import it anywhere.
 */
export const onceMade = <Made>(make: () => Promise<Made>): (() => Promise<Made>) => {
  let made: Promise<Made> | undefined;
  return async () => {
    made ??= make();
    const making = made;
    try {
      return await making;
    } catch (error) {
      // Unless somebody has begun anew meanwhile.
      if (made === making) made = undefined;
      throw error;
    }
  };
};
