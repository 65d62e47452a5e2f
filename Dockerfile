# The gateway alone: no development dependencies, no build step, and one folder to write to, which may be a volume.
FROM node:26-slim

LABEL org.opencontainers.image.title="Unified billing gateway" \
      org.opencontainers.image.description="One GraphQL endpoint over the billing APIs of PPIO, Novita, AIone and StreamLake"

ENV NODE_ENV=production HOST=0.0.0.0 PORT=4000 GATEWAY_CONFIG=/etc/gateway/gateway.yaml
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci --omit=dev --ignore-scripts --no-audit --no-fund && npm cache clean --force
COPY src ./src
# Without Redis the gateway keeps here what it has read: `docker run -v ledger:/app/data`. Where it cannot be written
# (a read-only root without a volume), memory is all there is.
RUN mkdir data && chown node data && chmod 700 data

USER node
EXPOSE 4000
HEALTHCHECK --interval=10s --timeout=3s --start-period=10s \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT}/healthz`).then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
# node itself, so that signals reach it: SIGTERM ends it in order, SIGHUP reads the settings again.
CMD ["node", "src/main.ts"]
