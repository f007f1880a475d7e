/** Whether a number is a TCP port. Port 0 is not: it asks the system to choose one. */
export function isPort(value: number): boolean {
  return Number.isInteger(value) && value >= 1 && value <= 65_535;
}
