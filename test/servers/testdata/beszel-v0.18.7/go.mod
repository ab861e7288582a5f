module authpocket/testserver

go 1.26.1

require github.com/henrygd/beszel v0.18.7
