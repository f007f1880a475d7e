/** The system hands out ports from here on (ip(7), ip_local_port_range). Servers that people use pick a lower port. */
export const firstEphemeralPort = 32_768;

/** Whether a number is a TCP port. Port 0 is not: it asks the system to choose one. */
export function isPort(value: number): boolean {
  return Number.isInteger(value) && value >= 1 && value <= 65_535;
}
