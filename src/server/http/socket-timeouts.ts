/**
 * How long a connection may take, and when we close it. We count time in ticks, so a long turn of the event loop counts
 * only once. We close no connection before reading everything that has arrived on it, so a request that waited because
 * we were slow still gets its answer.
 */

import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

export interface Connections {
  /** A request has arrived; its response runs until it closes. */
  began(request: IncomingMessage, response: ServerResponse): void;
  /** Closes idle connections, just before the port closes; the others after their last answer. */
  closeIdle(closePort: () => void): void;
  stop(): void;
}

/** The phases: nothing arrived yet; receiving a head or a body; working on the answer; sending it; idle. */
type Phase = 'opened' | 'head' | 'body' | 'answering' | 'sending' | 'idle';

interface Connection {
  readonly socket: Socket;
  /** Responses that are not complete, the oldest first. */
  readonly responses: ServerResponse[];
  /** The last request; null: none has arrived. */
  request: IncomingMessage | null;
  phase: Phase;
  /** The tick in which the phase began. */
  sinceTick: number;
  /** How many bytes had been read when the phase began. */
  sinceBytes: number;
  /** When we last saw that the client does not read its answer. */
  stalledAtMs: number;
}

const tickMs = 1000;
/** After a longer turn of the event loop we do not judge: what arrived meanwhile has not been read. */
const quickTurnMs = 2;
/** A client that reads nothing of its answer for this long is cut off; we check twice in that time. */
const stalledMs = 10_000;
const timedOutBody = JSON.stringify({
  errors: [
    {
      message: 'The request did not come in time.',
      extensions: { code: 'BAD_USER_INPUT', retryable: true },
    },
  ],
});
const timedOut = `HTTP/1.1 408 Request Timeout\r\nconnection: close\r\ncontent-type: application/json; charset=utf-8\r\ncontent-length: ${timedOutBody.length}\r\n\r\n${timedOutBody}`;

/** Watches the connections of a server without limits of its own. Keeps an idle one for at least `keepAliveSeconds`. */
export function watchConnections(server: Server, keepAliveSeconds: number): Connections {
  const connections = new Map<Socket, Connection>();
  const maxTicks: Record<Phase, number> = {
    opened: 5,
    head: 5,
    body: 10,
    answering: Number.POSITIVE_INFINITY,
    // However large the answer is, and however slowly the client reads.
    sending: 600,
    // A tick longer than we tell the client, for requests on their way.
    idle: keepAliveSeconds + 1,
  };
  let tick = 0;
  let expired: Connection[] = [];

  function enter(connection: Connection, phase: Phase): void {
    const { bytesRead } = connection.socket;
    Object.assign(connection, { phase, sinceTick: tick, sinceBytes: bytesRead });
  }

  function observe(connection: Connection): void {
    const phase = phaseOf(connection);
    if (phase !== connection.phase) enter(connection, phase);
  }

  function isExpired(connection: Connection): boolean {
    observe(connection);
    return tick - connection.sinceTick > maxTicks[connection.phase];
  }

  server.on('connection', (socket: Socket) => {
    const connection: Connection = {
      socket,
      responses: [],
      request: null,
      phase: 'opened',
      sinceTick: tick,
      sinceBytes: 0,
      stalledAtMs: Number.NEGATIVE_INFINITY,
    };
    connections.set(socket, connection);
    socket.on('close', () => connections.delete(socket));
  });

  // With a listener, Node closes nothing by itself, not even idle connections.
  server.setTimeout(stalledMs / 2, (socket) => {
    const connection = connections.get(socket);
    if (connection === undefined || socket.writableLength === 0) return;
    // If it had read anything since the last check, more time would have passed between the two.
    const nowMs = performance.now();
    const isStalled = nowMs - connection.stalledAtMs < stalledMs * 0.75;
    connection.stalledAtMs = nowMs;
    if (isStalled) socket.destroy();
    else socket.setTimeout(stalledMs / 2);
  });

  function closeExpired(): void {
    afterReading((isQuick) => {
      while (expired.length > 0 && isQuick()) {
        const connection = expired.pop();
        if (connection !== undefined && isExpired(connection)) cutOff(connection);
      }
      if (expired.length > 0) closeExpired();
    });
  }

  const timer = setInterval(() => {
    tick += 1;
    if (expired.length > 0) return;
    expired = [...connections.values()].filter((connection) => isExpired(connection));
    if (expired.length > 0) closeExpired();
  }, tickMs);
  timer.unref();

  return {
    began(request, response) {
      const connection = connections.get(request.socket);
      if (connection === undefined) return;
      connection.request = request;
      connection.responses.push(response);
      enter(connection, 'body');
      response.on('close', () => {
        connection.responses.splice(connection.responses.indexOf(response), 1);
        observe(connection);
      });
    },
    closeIdle(closePort) {
      Object.assign(maxTicks, { opened: -1, idle: -1 });
      // A connection that stays open after its answer would delay the stop.
      for (const response of [...connections.values()].flatMap(({ responses }) => responses))
        if (!response.headersSent) response.setHeader('connection', 'close');
      afterReading(() => {
        for (const connection of connections.values()) if (isExpired(connection)) cutOff(connection);
        closePort();
      });
    },
    stop: () => clearInterval(timer),
  };
}

function phaseOf({ socket, request, responses: [response], phase, sinceBytes }: Connection): Phase {
  if (request !== null && !request.complete) return 'body';
  if (response !== undefined) return response.headersSent ? 'sending' : 'answering';
  const isSilent =
    phase === 'opened' || phase === 'idle' ? socket.bytesRead === sinceBytes : phase !== 'head';
  if (!isSilent) return 'head';
  return request === null ? 'opened' : 'idle';
}

/** Cuts a connection off; a client that has begun a request and has no answer yet learns why. */
function cutOff({ socket, phase, responses: [response] }: Connection): void {
  if ((phase === 'head' || phase === 'body') && response?.headersSent !== true) socket.write(timedOut);
  socket.destroy();
}

/**
 * Acts when everything that had arrived has been read: right after sockets were polled, in a turn of the event loop
 * that took no time, and only as long as it takes none.
 */
function afterReading(act: (isQuick: () => boolean) => void): void {
  const beganAtMs = performance.now();
  const isQuick = (): boolean => performance.now() - beganAtMs < quickTurnMs;
  setImmediate(() => {
    if (isQuick()) act(isQuick);
    else afterReading(act);
  });
}
