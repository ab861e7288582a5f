# To pin the base images, look up their digests and pass them to the build:
#
#   docker buildx imagetools inspect golang:1.26 --format '{{.Manifest.Digest}}'
#   docker build --build-arg BUILD=golang:1.26@sha256:... --build-arg BASE=gcr.io/distroless/static-debian13:nonroot@sha256:... .
ARG BUILD=golang:1.26
ARG BASE=gcr.io/distroless/static-debian13:nonroot

FROM ${BUILD} AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
# The flags of the Makefile, GOFLAGS_BUILD.
RUN CGO_ENABLED=0 go build -trimpath -tags=nethttpomithttp2 -ldflags='-s -w -buildid= -funcalign=16' -gcflags='all=-l' \
    -gcflags='runtime/...=' -gcflags='internal/...=' -gcflags='crypto/internal/...=' -o /authpocket ./cmd/authpocket

FROM ${BASE}
COPY --from=build /authpocket /authpocket
USER 65532:65532
EXPOSE 8480
# A container listens on all its addresses, which others may reach. So it starts
# only with a certificate (AUTHPOCKET_TLS_CERT, AUTHPOCKET_TLS_KEY), a trusted
# proxy (AUTHPOCKET_TRUSTED_PROXY, AUTHPOCKET_PUBLIC_URL), or consent to plain
# http. Consent only if the port is published on loopback:
#
#   docker run -p 127.0.0.1:8480:8480 -e AUTHPOCKET_INSECURE_HTTP=true authpocket
ENV AUTHPOCKET_LISTEN=0.0.0.0:8480 AUTHPOCKET_STATE=/tmp/authpocket
ENTRYPOINT ["/authpocket"]
