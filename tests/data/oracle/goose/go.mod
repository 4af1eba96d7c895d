module example.com/oracle

require github.com/pressly/goose/v3 v3.27.0
