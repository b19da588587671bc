# Exact versions; how to pin them by digest as well: docs/operations.md, section With Docker.
FROM node:22.20.0-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
# No package that is needed here has an install script.
RUN npm ci --ignore-scripts
COPY tsconfig.json nest-cli.json ./
COPY src src
COPY migrations migrations
RUN npm run build && npm prune --omit=dev --ignore-scripts

FROM node:22.20.0-bookworm-slim
ENV NODE_ENV=production
WORKDIR /app
# package.json declares the code as ES modules.
COPY --from=build /app/package.json ./
COPY --from=build /app/node_modules node_modules
COPY --from=build /app/dist dist
# A new volume for copies of recordings takes this folder's owner.
RUN mkdir -p /var/lib/telephony/recordings && chown -R node:node /var/lib/telephony && chmod 700 /var/lib/telephony/recordings
# This user owns nothing in /app: the service cannot change its own code.
USER node
EXPOSE 3000
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s --retries=3 \
  CMD ["node", "-e", "fetch('http://127.0.0.1:' + (process.env.PORT || 3000) + '/health/ready').then((answer) => process.exit(answer.ok ? 0 : 1), () => process.exit(1))"]
# Node itself is process 1: it receives SIGTERM, and answers the requests in progress before it exits.
CMD ["node", "--max-old-space-size=192", "--max-semi-space-size=8", "--v8-pool-size=1", "--no-parallel-scavenge", "dist/src/main.js"]
