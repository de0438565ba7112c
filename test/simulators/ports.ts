/** Which port each part listens on. */
import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";

export interface StandInPorts {
  control: number;
  cybrid: number;
  lynx: number;
  plaid: number;
}

export const defaultPorts: StandInPorts = { control: 5180, cybrid: 5181, lynx: 5182, plaid: 5183 };

/** Reads `cybrid=6181,lynx=6182`; those left out keep their default, 0 takes a free one. */
export function readPorts(text: string): StandInPorts {
  const ports = { ...defaultPorts };
  for (const part of text.split(",").filter(Boolean)) {
    const [name = "", port = ""] = part.split("=").map((word) => word.trim());
    if (!(name in ports)) {
      throw new Error(`no stand-in is called "${name}": use ${Object.keys(ports).join(", ")}`);
    }
    if (!/^\d{1,5}$/.test(port) || Number(port) > 65_535) throw new Error(`"${part}" names no port`);
    ports[name as keyof StandInPorts] = Number(port);
  }
  return ports;
}

/** Names the port that is taken; wrangler alone would silently use the next one. */
export async function assertFree(ports: Record<string, number>): Promise<void> {
  for (const [name, port] of Object.entries(ports)) {
    await bind(port).catch(({ code, message }: NodeJS.ErrnoException) => {
      const reason = code === "EADDRINUSE" ? "is taken: end what listens there and try again" : message;
      throw new Error(`port ${port} (${name}) ${reason}`);
    });
  }
}

/** For a server that cannot choose a free port itself. */
export function freePort(): Promise<number> {
  return bind(0);
}

/** The port, bound and released again. */
async function bind(port: number): Promise<number> {
  const probe = createServer().listen(port, "127.0.0.1");
  await once(probe, "listening");
  const { port: bound } = probe.address() as AddressInfo;
  probe.close();
  await once(probe, "close");
  return bound;
}
