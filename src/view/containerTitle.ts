/** `web · shop` for the service web of the Compose project shop, else the container's name. */
export function containerTitle(name: string): string {
  const [project, ...service] = name.split('/');
  return service.length > 0 ? `${service.join('/')} · ${project}` : name;
}
