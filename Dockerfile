FROM node:24-slim AS packages
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
# The image has its own Node 24, so the packages that carry one are left out; nothing needs an install script.
RUN npm ci --omit=dev --omit=optional --ignore-scripts

FROM node:24-slim
ENV NODE_ENV=production KIUNGO_STORE=sqlite:/data/kiungo.db
WORKDIR /app
COPY package.json LICENSE ./
COPY --from=packages /app/node_modules ./node_modules
COPY capability-statements ./capability-statements
COPY profiles ./profiles
COPY scheme ./scheme
COPY src ./src
# Data, and the compiled code that is kept from start to start.
RUN mkdir -p /data node_modules/.cache && chown node:node /data node_modules/.cache
VOLUME /data
USER node
EXPOSE 8080
HEALTHCHECK --interval=10s --timeout=3s --start-period=5s \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.KIUNGO_PORT ?? 8080}/health`).then(answer => process.exit(answer.ok ? 0 : 1), () => process.exit(1))"]
CMD ["node", "--wasm-wrapper-tiering-budget=2147483647", "src/main.ts"]
