# Builds two images, each with one static program and nothing else:
#
#   docker build -t authpocket .                                 # the wizard and the command
#   docker build -t authpocket-demo --target authpocket-demo .   # the wizard with a sandbox
#   docker run --rm --network host authpocket-demo               # its two systems listen on loopback
#
# What authpocket version prints: --build-arg VERSION=v1.2.3 --build-arg COMMIT="$(git rev-parse HEAD)".
#
# To pin the base images, look up their digests and pass them to the build:
#
#   docker buildx imagetools inspect golang:1.26 --format '{{.Manifest.Digest}}'
#   docker build --build-arg BUILD=golang:1.26@sha256:... --build-arg BASE=gcr.io/distroless/static-debian13:nonroot@sha256:... .
ARG BUILD=golang:1.26
ARG BASE=gcr.io/distroless/static-debian13:nonroot

FROM --platform=${BUILDPLATFORM} ${BUILD} AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
ARG TARGETOS TARGETARCH VERSION COMMIT
RUN make image GOOS="${TARGETOS}" GOARCH="${TARGETARCH}" VERSION="${VERSION}" COMMIT="${COMMIT}" ROOT=/out

FROM ${BASE} AS authpocket-demo
LABEL org.opencontainers.image.title="authpocket-demo" \
      org.opencontainers.image.description="The authpocket wizard with a sandbox: a real PocketBase and a simulated authentik" \
      org.opencontainers.image.licenses="Apache-2.0"
COPY --from=build /out/authpocket-demo /authpocket-demo
USER 65532:65532
EXPOSE 8480
ENTRYPOINT ["/authpocket-demo"]

FROM ${BASE} AS authpocket
LABEL org.opencontainers.image.title="authpocket" \
      org.opencontainers.image.description="Connects an authentik to a PocketBase, so that users sign in to the app with authentik" \
      org.opencontainers.image.licenses="Apache-2.0"
COPY --from=build /out/authpocket /authpocket
# A new volume on it belongs to the same user.
COPY --from=build --chown=65532:65532 /out/state /state
USER 65532:65532
EXPOSE 8480
VOLUME /state
# A container listens on all its addresses, which others may reach. So it starts
# only with a certificate (AUTHPOCKET_TLS_CERT, AUTHPOCKET_TLS_KEY), a trusted
# proxy (AUTHPOCKET_TRUSTED_PROXY, AUTHPOCKET_PUBLIC_URL), or consent to plain
# http. Consent only if the port is published on loopback:
#
#   docker run -p 127.0.0.1:8480:8480 -e AUTHPOCKET_INSECURE_HTTP=true authpocket
ENV AUTHPOCKET_LISTEN=0.0.0.0:8480 AUTHPOCKET_STATE=/state
HEALTHCHECK --interval=30s --timeout=6s --start-period=5s CMD ["/authpocket", "healthcheck"]
ENTRYPOINT ["/authpocket"]
