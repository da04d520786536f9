-- The roles of yhovi on SQL Server 2019 or newer, for version 0003 of its database.
-- Made by `yhovi db ddl --dialect mssql --roles`. It may be run again: after an upgrade, for instance.
-- With sqlcmd: sqlcmd -b -i FILE, so that it stops at the first error.
SET XACT_ABORT ON;
SET ANSI_NULLS ON;
SET QUOTED_IDENTIFIER ON;
GO

IF NOT EXISTS (SELECT 1 FROM sys.database_principals WHERE name = N'yhovi_owner') CREATE ROLE [yhovi_owner];
GO

IF NOT EXISTS (SELECT 1 FROM sys.database_principals WHERE name = N'yhovi_loader') CREATE ROLE [yhovi_loader];
GO

IF NOT EXISTS (SELECT 1 FROM sys.database_principals WHERE name = N'yhovi_reader') CREATE ROLE [yhovi_reader];
GO

GRANT CONTROL ON SCHEMA::[meta] TO yhovi_owner;
GO

GRANT CONTROL ON SCHEMA::[core] TO yhovi_owner;
GO

GRANT CONTROL ON SCHEMA::[mart] TO yhovi_owner;
GO

GRANT CONTROL ON SCHEMA::[stage] TO yhovi_owner;
GO

GRANT CREATE TABLE, CREATE VIEW TO yhovi_owner;
GO

GRANT VIEW DEFINITION ON ROLE::[yhovi_loader] TO yhovi_owner;
GO

GRANT VIEW DEFINITION ON ROLE::[yhovi_reader] TO yhovi_owner;
GO

GRANT SELECT ON [meta].[installation] TO yhovi_loader;
GO

GRANT SELECT ON [meta].[alembic_version] TO yhovi_loader;
GO

GRANT SELECT, INSERT, UPDATE ON [meta].[run] TO yhovi_loader;
GO

GRANT SELECT, INSERT, UPDATE ON [meta].[load] TO yhovi_loader;
GO

GRANT SELECT, INSERT ON [meta].[load_input] TO yhovi_loader;
GO

GRANT SELECT, INSERT, UPDATE ON [meta].[hold] TO yhovi_loader;
GO

GRANT SELECT, INSERT ON [meta].[ingestion_log] TO yhovi_loader;
GO

GRANT SELECT, INSERT ON [meta].[validation_log] TO yhovi_loader;
GO

GRANT SELECT, INSERT, UPDATE ON [meta].[dataset_metadata] TO yhovi_loader;
GO

GRANT SELECT, INSERT, UPDATE ON [meta].[dataset_version] TO yhovi_loader;
GO

GRANT SELECT, INSERT ON [meta].[rejected_observation] TO yhovi_loader;
GO

GRANT SELECT, INSERT ON [meta].[etl_audit] TO yhovi_loader;
GO

GRANT SELECT, INSERT, UPDATE ON [core].[indicator] TO yhovi_loader;
GO

GRANT SELECT, INSERT, UPDATE ON [core].[area] TO yhovi_loader;
GO

GRANT SELECT, INSERT, DELETE ON [core].[area_change] TO yhovi_loader;
GO

GRANT SELECT, INSERT, DELETE ON [core].[geo_lookup] TO yhovi_loader;
GO

GRANT SELECT, INSERT ON [core].[observation] TO yhovi_loader;
GO

GRANT SELECT, INSERT, UPDATE, DELETE ON [core].[observation_current] TO yhovi_loader;
GO

GRANT SELECT, INSERT, UPDATE, DELETE ON [stage].[incoming] TO yhovi_loader;
GO

GRANT SELECT, INSERT, UPDATE, DELETE ON [stage].[incoming_scope] TO yhovi_loader;
GO

GRANT SELECT, INSERT, UPDATE, DELETE ON [mart].[indicators] TO yhovi_loader;
GO

GRANT SELECT, INSERT ON [mart].[dim_date] TO yhovi_loader;
GO

GRANT SELECT ON [core].[observation_history] TO yhovi_loader;
GO

GRANT SELECT ON [mart].[indicators_all] TO yhovi_loader;
GO

GRANT SELECT ON [mart].[indicators_latest] TO yhovi_loader;
GO

GRANT SELECT ON [mart].[indicators_change_on_year] TO yhovi_loader;
GO

GRANT SELECT ON [mart].[indicators_rolling_mean] TO yhovi_loader;
GO

GRANT SELECT ON [mart].[indicators_z_score] TO yhovi_loader;
GO

GRANT SELECT ON [mart].[indicators_revisions] TO yhovi_loader;
GO

GRANT SELECT ON [mart].[indicators_held] TO yhovi_loader;
GO

GRANT SELECT ON [mart].[indicators_state] TO yhovi_loader;
GO

GRANT SELECT ON [mart].[dim_indicator] TO yhovi_loader;
GO

GRANT SELECT ON [mart].[dim_area] TO yhovi_loader;
GO

GRANT SELECT ON [mart].[dim_period] TO yhovi_loader;
GO

GRANT SELECT ON [mart].[fact_observation] TO yhovi_loader;
GO

GRANT SELECT ON SCHEMA::[mart] TO yhovi_reader;
GO
