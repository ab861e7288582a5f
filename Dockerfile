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
ENV AUTHPOCKET_LISTEN=0.0.0.0:8480
ENTRYPOINT ["/authpocket"]
