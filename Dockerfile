# The authentik client needs about 2.3 GB of memory to compile.
FROM golang:1.26 AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
RUN CGO_ENABLED=0 go build -trimpath -ldflags='-s -w -buildid=' -o /authpocket ./cmd/authpocket

FROM gcr.io/distroless/static-debian13:nonroot
COPY --from=build /authpocket /authpocket
USER 65532:65532
EXPOSE 8480
# A container has to listen on all its addresses. Publish the port on loopback
# alone (docker run -p 127.0.0.1:8480:8480), or give it a certificate or a
# trusted proxy instead of AUTHPOCKET_INSECURE_HTTP.
ENV AUTHPOCKET_LISTEN=0.0.0.0:8480 AUTHPOCKET_INSECURE_HTTP=true AUTHPOCKET_STATE=/tmp/authpocket
ENTRYPOINT ["/authpocket"]
