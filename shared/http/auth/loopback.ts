/** Whether an address is of this machine: 127.0.0.0/8, ::1, and the former as IPv6 writes it. */
export const isLoopback = (address: string): boolean =>
  /^(::ffff:)?127\.\d+\.\d+\.\d+$/i.test(address) || address === '::1';
