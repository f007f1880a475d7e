import type { Flow } from '../context.ts';

export const showForwardedPorts: Flow = ({ filter }) => filter.show('forwarded');

export const showAllPorts: Flow = ({ filter }) => filter.show('all');
