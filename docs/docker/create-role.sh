#!/bin/sh
# Run by the image of PostgreSQL when it initialises a new volume, as the superuser postgres. The service gets a role of its
# own that is no superuser. The superuser loses its password: it is reached only by `docker compose exec postgres`.
set -eu
psql --no-psqlrc --quiet --set=ON_ERROR_STOP=1 --username=postgres --dbname=postgres <<'SQL'
\getenv password POSTGRES_PASSWORD
CREATE ROLE telephony LOGIN PASSWORD :'password';
CREATE DATABASE telephony OWNER telephony;
ALTER ROLE postgres PASSWORD NULL;
SQL
