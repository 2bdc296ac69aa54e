// Cannot be loaded.
console.log('about to break');
throw new TypeError('broken at init');
