/** A slow network between a browser and the Worker, during which the browser may disconnect. */
import { createServer, request as send } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as delay } from "node:timers/promises";

export interface SlowNetwork extends AsyncDisposable {
  url: string;
}

/** Requests to `slowPath` reach the Worker after `ms`. */
export async function startSlowNetwork(
  workerUrl: string,
  slowPath: RegExp,
  ms: number,
): Promise<SlowNetwork> {
  const server = createServer(async (incoming, answer) => {
    if (slowPath.test(incoming.url ?? "")) await delay(ms);
    if (incoming.socket.destroyed) return;
    const onward = send(
      new URL(incoming.url ?? "", workerUrl),
      { method: incoming.method, headers: incoming.headers },
      (arrived) => {
        answer.writeHead(arrived.statusCode ?? 502, arrived.headers);
        arrived.pipe(answer);
      },
    );
    onward.on("error", () => answer.destroy());
    incoming.pipe(onward);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://localhost:${(server.address() as AddressInfo).port}`,
    async [Symbol.asyncDispose]() {
      server.close();
      server.closeAllConnections();
    },
  };
}
