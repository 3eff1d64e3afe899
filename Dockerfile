# syntax=docker/dockerfile:1
# The tags below are those that the tests know; whoever builds for production pins their digests:
#   docker buildx imagetools inspect docker.io/library/node:24-bookworm-slim
ARG NODE_IMAGE=docker.io/library/node:24-bookworm-slim
ARG HELM_IMAGE=docker.io/alpine/helm:3.18.0

FROM ${HELM_IMAGE} AS helm

# What is needed to build: the compiler and the sources. Of this stage dist is shipped, and the files that the program reads, readable by
# every user whatever the umask of the checkout was.
FROM ${NODE_IMAGE} AS build
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci --ignore-scripts --no-audit --no-fund
COPY tsconfig.json tsconfig.build.json ./
COPY src ./src
RUN npm run build
COPY app.yml LICENSE ./
COPY templates ./templates
RUN chmod -R a+rX package.json app.yml LICENSE templates dist

# What is needed to run: no package of it has install scripts.
FROM ${NODE_IMAGE} AS modules
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci --omit=dev --ignore-scripts --no-audit --no-fund

# Debian rather than nothing at all: prlimit (util-linux) bounds the helm that renders charts.
FROM ${NODE_IMAGE}
RUN rm -rf /usr/local/lib/node_modules /usr/local/bin/npm /usr/local/bin/npx /usr/local/bin/corepack \
  /usr/local/bin/yarn /usr/local/bin/yarnpkg /opt/yarn*
RUN install -d -m 0700 -o 65532 -g 65532 /var/cache/kintsugi
WORKDIR /app
COPY --from=helm /usr/bin/helm /usr/local/bin/helm
COPY --from=modules /app/node_modules ./node_modules
COPY --from=build /app/dist ./dist
COPY --from=build /app/package.json /app/app.yml /app/LICENSE ./
COPY --from=build /app/templates ./templates
# The root file system may be read-only: what is written goes to /tmp and to XDG_CACHE_HOME, which the chart mounts.
ENV NODE_ENV=production KINTSUGI_HELM=/usr/local/bin/helm HOME=/tmp XDG_CACHE_HOME=/var/cache/kintsugi
USER 65532:65532
# Node as the first process ends on SIGTERM by the handlers of `run`; it starts no children that outlive a render.
ENTRYPOINT ["node", "/app/dist/cli.js"]
CMD ["--help"]
