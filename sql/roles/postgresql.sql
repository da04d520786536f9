-- The roles of yhovi on Postgres 14 or newer, for version 0003 of its database.
-- Made by `yhovi db ddl --dialect postgresql --roles`. It may be run again: after an upgrade, for instance.

BEGIN;

DO $$ BEGIN IF NOT EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = 'yhovi_owner') THEN CREATE ROLE yhovi_owner NOLOGIN; END IF; END $$;

DO $$ BEGIN IF NOT EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = 'yhovi_loader') THEN CREATE ROLE yhovi_loader NOLOGIN; END IF; END $$;

DO $$ BEGIN IF NOT EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = 'yhovi_reader') THEN CREATE ROLE yhovi_reader NOLOGIN; END IF; END $$;

DO $$ BEGIN EXECUTE format('GRANT CREATE ON DATABASE %I TO yhovi_owner', current_database()); END $$;

ALTER SCHEMA meta OWNER TO yhovi_owner;

ALTER SCHEMA core OWNER TO yhovi_owner;

ALTER SCHEMA mart OWNER TO yhovi_owner;

ALTER SCHEMA stage OWNER TO yhovi_owner;

ALTER TABLE core.area OWNER TO yhovi_owner;

ALTER TABLE core.area_change OWNER TO yhovi_owner;

ALTER TABLE core.geo_lookup OWNER TO yhovi_owner;

ALTER TABLE core.indicator OWNER TO yhovi_owner;

ALTER TABLE core.observation OWNER TO yhovi_owner;

ALTER TABLE core.observation_current OWNER TO yhovi_owner;

ALTER TABLE mart.dim_date OWNER TO yhovi_owner;

ALTER TABLE mart.indicators OWNER TO yhovi_owner;

ALTER TABLE meta.alembic_version OWNER TO yhovi_owner;

ALTER TABLE meta.dataset_metadata OWNER TO yhovi_owner;

ALTER TABLE meta.dataset_version OWNER TO yhovi_owner;

ALTER TABLE meta.etl_audit OWNER TO yhovi_owner;

ALTER TABLE meta.hold OWNER TO yhovi_owner;

ALTER TABLE meta.ingestion_log OWNER TO yhovi_owner;

ALTER TABLE meta.installation OWNER TO yhovi_owner;

ALTER TABLE meta.load OWNER TO yhovi_owner;

ALTER TABLE meta.load_input OWNER TO yhovi_owner;

ALTER TABLE meta.rejected_observation OWNER TO yhovi_owner;

ALTER TABLE meta.run OWNER TO yhovi_owner;

ALTER TABLE meta.validation_log OWNER TO yhovi_owner;

ALTER TABLE stage.incoming OWNER TO yhovi_owner;

ALTER TABLE stage.incoming_scope OWNER TO yhovi_owner;

ALTER VIEW core.observation_history OWNER TO yhovi_owner;

ALTER VIEW mart.indicators_all OWNER TO yhovi_owner;

ALTER VIEW mart.indicators_latest OWNER TO yhovi_owner;

ALTER VIEW mart.indicators_change_on_year OWNER TO yhovi_owner;

ALTER VIEW mart.indicators_rolling_mean OWNER TO yhovi_owner;

ALTER VIEW mart.indicators_z_score OWNER TO yhovi_owner;

ALTER VIEW mart.indicators_revisions OWNER TO yhovi_owner;

ALTER VIEW mart.indicators_held OWNER TO yhovi_owner;

ALTER VIEW mart.indicators_state OWNER TO yhovi_owner;

ALTER VIEW mart.dim_indicator OWNER TO yhovi_owner;

ALTER VIEW mart.dim_area OWNER TO yhovi_owner;

ALTER VIEW mart.dim_period OWNER TO yhovi_owner;

ALTER VIEW mart.fact_observation OWNER TO yhovi_owner;

GRANT USAGE ON SCHEMA meta, core, mart, stage TO yhovi_loader;

GRANT USAGE ON ALL SEQUENCES IN SCHEMA meta, core, mart, stage TO yhovi_loader;

GRANT SELECT ON meta.installation TO yhovi_loader;

GRANT SELECT ON meta.alembic_version TO yhovi_loader;

GRANT SELECT, INSERT, UPDATE ON meta.run TO yhovi_loader;

GRANT SELECT, INSERT, UPDATE ON meta.load TO yhovi_loader;

GRANT SELECT, INSERT ON meta.load_input TO yhovi_loader;

GRANT SELECT, INSERT, UPDATE ON meta.hold TO yhovi_loader;

GRANT SELECT, INSERT ON meta.ingestion_log TO yhovi_loader;

GRANT SELECT, INSERT ON meta.validation_log TO yhovi_loader;

GRANT SELECT, INSERT, UPDATE ON meta.dataset_metadata TO yhovi_loader;

GRANT SELECT, INSERT, UPDATE ON meta.dataset_version TO yhovi_loader;

GRANT SELECT, INSERT ON meta.rejected_observation TO yhovi_loader;

GRANT SELECT, INSERT ON meta.etl_audit TO yhovi_loader;

GRANT SELECT, INSERT, UPDATE ON core.indicator TO yhovi_loader;

GRANT SELECT, INSERT, UPDATE ON core.area TO yhovi_loader;

GRANT SELECT, INSERT, DELETE ON core.area_change TO yhovi_loader;

GRANT SELECT, INSERT, DELETE ON core.geo_lookup TO yhovi_loader;

GRANT SELECT, INSERT ON core.observation TO yhovi_loader;

GRANT SELECT, INSERT, UPDATE, DELETE ON core.observation_current TO yhovi_loader;

GRANT SELECT, INSERT, UPDATE, DELETE ON stage.incoming TO yhovi_loader;

GRANT SELECT, INSERT, UPDATE, DELETE ON stage.incoming_scope TO yhovi_loader;

GRANT SELECT, INSERT, UPDATE, DELETE ON mart.indicators TO yhovi_loader;

GRANT SELECT, INSERT ON mart.dim_date TO yhovi_loader;

GRANT SELECT ON core.observation_history TO yhovi_loader;

GRANT SELECT ON mart.indicators_all TO yhovi_loader;

GRANT SELECT ON mart.indicators_latest TO yhovi_loader;

GRANT SELECT ON mart.indicators_change_on_year TO yhovi_loader;

GRANT SELECT ON mart.indicators_rolling_mean TO yhovi_loader;

GRANT SELECT ON mart.indicators_z_score TO yhovi_loader;

GRANT SELECT ON mart.indicators_revisions TO yhovi_loader;

GRANT SELECT ON mart.indicators_held TO yhovi_loader;

GRANT SELECT ON mart.indicators_state TO yhovi_loader;

GRANT SELECT ON mart.dim_indicator TO yhovi_loader;

GRANT SELECT ON mart.dim_area TO yhovi_loader;

GRANT SELECT ON mart.dim_period TO yhovi_loader;

GRANT SELECT ON mart.fact_observation TO yhovi_loader;

GRANT USAGE ON SCHEMA mart TO yhovi_reader;

GRANT SELECT ON ALL TABLES IN SCHEMA mart TO yhovi_reader;

COMMIT;
