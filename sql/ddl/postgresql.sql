-- The database of yhovi, version 0003, for Postgres 14 or newer.
-- Made by `yhovi db ddl --dialect postgresql`. Run it once, in an empty database.

BEGIN;

CREATE SCHEMA IF NOT EXISTS meta;

CREATE SCHEMA IF NOT EXISTS core;

CREATE SCHEMA IF NOT EXISTS mart;

CREATE SCHEMA IF NOT EXISTS stage;

CREATE TABLE core.area (
    area_code VARCHAR(16) COLLATE "C" NOT NULL,
    area_vintage VARCHAR(16) COLLATE "C" NOT NULL,
    name VARCHAR(255) NOT NULL,
    level VARCHAR(32) COLLATE "C" NOT NULL,
    parent VARCHAR(16) COLLATE "C",
    CONSTRAINT pk_area PRIMARY KEY (area_code, area_vintage)
);

CREATE TABLE core.area_change (
    event VARCHAR(32) COLLATE "C" NOT NULL,
    changed_on DATE NOT NULL,
    code_before VARCHAR(16) COLLATE "C" NOT NULL,
    code_after VARCHAR(16) COLLATE "C" NOT NULL,
    flag VARCHAR(64) COLLATE "C",
    source TEXT,
    CONSTRAINT pk_area_change PRIMARY KEY (event, changed_on, code_before, code_after)
);

CREATE TABLE core.geo_lookup (
    code VARCHAR(16) COLLATE "C" NOT NULL,
    area_vintage VARCHAR(16) COLLATE "C" NOT NULL,
    level VARCHAR(32) COLLATE "C" NOT NULL,
    lad_code VARCHAR(16) COLLATE "C" NOT NULL,
    region_code VARCHAR(16) COLLATE "C" NOT NULL,
    CONSTRAINT pk_geo_lookup PRIMARY KEY (code, area_vintage)
);

CREATE TABLE core.indicator (
    indicator_id VARCHAR(64) COLLATE "C" NOT NULL,
    title VARCHAR(255) NOT NULL,
    description TEXT NOT NULL,
    domain VARCHAR(64) COLLATE "C" NOT NULL,
    subdomain VARCHAR(64) COLLATE "C" NOT NULL,
    measure_type VARCHAR(32) COLLATE "C" NOT NULL,
    unit_measure VARCHAR(32) COLLATE "C" NOT NULL,
    unit VARCHAR(64) NOT NULL,
    polarity VARCHAR(32) COLLATE "C" NOT NULL,
    decimals INTEGER NOT NULL,
    publisher VARCHAR(255) NOT NULL,
    license VARCHAR(255) NOT NULL,
    owner VARCHAR(255) NOT NULL,
    dataset_id VARCHAR(255) COLLATE "C" NOT NULL,
    spec_hash VARCHAR(64) COLLATE "C" NOT NULL,
    publish BOOLEAN NOT NULL,
    target_vintage VARCHAR(16) COLLATE "C" NOT NULL,
    CONSTRAINT pk_indicator PRIMARY KEY (indicator_id)
);

CREATE TABLE mart.dim_date (
    date DATE NOT NULL,
    year INTEGER NOT NULL,
    quarter INTEGER NOT NULL,
    month INTEGER NOT NULL,
    month_name VARCHAR(16) COLLATE "C" NOT NULL,
    day INTEGER NOT NULL,
    financial_year VARCHAR(16) COLLATE "C" NOT NULL,
    CONSTRAINT pk_dim_date PRIMARY KEY (date)
);

CREATE TABLE mart.indicators (
    id BIGSERIAL NOT NULL,
    indicator_id VARCHAR(64) COLLATE "C" NOT NULL,
    dataset_id VARCHAR(255) COLLATE "C" NOT NULL,
    domain VARCHAR(64) COLLATE "C" NOT NULL,
    subdomain VARCHAR(64) COLLATE "C" NOT NULL,
    lad_code VARCHAR(16) COLLATE "C" NOT NULL,
    lad_name VARCHAR(255) NOT NULL,
    reference_period DATE NOT NULL,
    value DOUBLE PRECISION,
    unit VARCHAR(64) NOT NULL,
    source VARCHAR(255) NOT NULL,
    extracted_at TIMESTAMP WITHOUT TIME ZONE NOT NULL,
    pipeline_run_id VARCHAR(64) COLLATE "C" NOT NULL,
    obs_status VARCHAR(1) COLLATE "C" NOT NULL,
    status_flags VARCHAR(128) COLLATE "C",
    status_reason VARCHAR(64) COLLATE "C",
    lower_ci DOUBLE PRECISION,
    upper_ci DOUBLE PRECISION,
    time_period VARCHAR(32) COLLATE "C" NOT NULL,
    is_latest BOOLEAN NOT NULL,
    origin VARCHAR(16) COLLATE "C" NOT NULL,
    CONSTRAINT pk_indicators PRIMARY KEY (id),
    CONSTRAINT uq_indicators_indicator_id UNIQUE (indicator_id, lad_code, reference_period)
);

CREATE TABLE meta.dataset_metadata (
    dataset_id VARCHAR(255) COLLATE "C" NOT NULL,
    source_name VARCHAR(255) NOT NULL,
    source_url TEXT NOT NULL,
    last_extracted_at TIMESTAMP WITHOUT TIME ZONE,
    record_count BIGINT,
    status VARCHAR(16) COLLATE "C" NOT NULL,
    pipeline_run_id VARCHAR(64) COLLATE "C" NOT NULL,
    CONSTRAINT pk_dataset_metadata PRIMARY KEY (dataset_id)
);

CREATE TABLE meta.dataset_version (
    dataset_id VARCHAR(255) COLLATE "C" NOT NULL,
    row_set_hash VARCHAR(64) COLLATE "C" NOT NULL,
    release VARCHAR(255),
    exchange_id VARCHAR(255) COLLATE "C",
    first_retrieved_at TIMESTAMP WITHOUT TIME ZONE NOT NULL,
    last_retrieved_at TIMESTAMP WITHOUT TIME ZONE NOT NULL,
    CONSTRAINT pk_dataset_version PRIMARY KEY (dataset_id, row_set_hash)
);

CREATE TABLE meta.installation (
    name VARCHAR(32) COLLATE "C" NOT NULL,
    value VARCHAR(255) NOT NULL,
    CONSTRAINT pk_installation PRIMARY KEY (name)
);

CREATE TABLE meta.run (
    run_id VARCHAR(64) COLLATE "C" NOT NULL,
    started_at TIMESTAMP WITHOUT TIME ZONE NOT NULL,
    finished_at TIMESTAMP WITHOUT TIME ZONE,
    command TEXT NOT NULL,
    mode VARCHAR(16) COLLATE "C" NOT NULL,
    engine_version VARCHAR(32) COLLATE "C" NOT NULL,
    outcome VARCHAR(16) COLLATE "C" NOT NULL,
    exit_code INTEGER,
    indicators_loaded INTEGER,
    indicators_unchanged INTEGER,
    indicators_failed INTEGER,
    CONSTRAINT pk_run PRIMARY KEY (run_id)
);

CREATE TABLE stage.incoming (
    load_id BIGINT NOT NULL,
    indicator_id VARCHAR(64) COLLATE "C" NOT NULL,
    area_code VARCHAR(16) COLLATE "C" NOT NULL,
    area_vintage VARCHAR(16) COLLATE "C" NOT NULL,
    time_period VARCHAR(32) COLLATE "C" NOT NULL,
    breakdown VARCHAR(128) COLLATE "C" NOT NULL,
    held BOOLEAN NOT NULL,
    area_level VARCHAR(32) COLLATE "C",
    period_start DATE,
    period_end DATE,
    value DOUBLE PRECISION,
    obs_status VARCHAR(1) COLLATE "C",
    status_flags VARCHAR(128) COLLATE "C",
    status_reason VARCHAR(64) COLLATE "C",
    lower_ci DOUBLE PRECISION,
    upper_ci DOUBLE PRECISION,
    numerator DOUBLE PRECISION,
    denominator DOUBLE PRECISION,
    unit_measure VARCHAR(32) COLLATE "C",
    note TEXT,
    source_area_code VARCHAR(16) COLLATE "C",
    origin VARCHAR(16) COLLATE "C",
    row_hash VARCHAR(32) COLLATE "C",
    CONSTRAINT pk_incoming PRIMARY KEY (load_id, indicator_id, area_code, area_vintage, time_period, breakdown)
);

CREATE TABLE stage.incoming_scope (
    load_id BIGINT NOT NULL,
    dimension VARCHAR(16) COLLATE "C" NOT NULL,
    code VARCHAR(128) COLLATE "C" NOT NULL,
    CONSTRAINT pk_incoming_scope PRIMARY KEY (load_id, dimension, code)
);

CREATE TABLE meta.etl_audit (
    audit_id BIGSERIAL NOT NULL,
    at TIMESTAMP WITHOUT TIME ZONE NOT NULL,
    run_id VARCHAR(64) COLLATE "C" NOT NULL,
    indicator_id VARCHAR(64) COLLATE "C",
    event VARCHAR(32) COLLATE "C" NOT NULL,
    detail TEXT NOT NULL,
    CONSTRAINT pk_etl_audit PRIMARY KEY (audit_id),
    CONSTRAINT fk_etl_audit_run_id FOREIGN KEY(run_id) REFERENCES meta.run (run_id)
);

CREATE INDEX ix_etl_audit_event ON meta.etl_audit (event, indicator_id);

CREATE TABLE meta.ingestion_log (
    ingestion_id BIGSERIAL NOT NULL,
    run_id VARCHAR(64) COLLATE "C" NOT NULL,
    dataset_id VARCHAR(255) COLLATE "C" NOT NULL,
    url TEXT NOT NULL,
    object_path TEXT NOT NULL,
    sha256 VARCHAR(64) COLLATE "C" NOT NULL,
    canonical_hash VARCHAR(64) COLLATE "C",
    size BIGINT NOT NULL,
    status INTEGER NOT NULL,
    rows BIGINT,
    retrieved_at TIMESTAMP WITHOUT TIME ZONE NOT NULL,
    CONSTRAINT pk_ingestion_log PRIMARY KEY (ingestion_id),
    CONSTRAINT fk_ingestion_log_run_id FOREIGN KEY(run_id) REFERENCES meta.run (run_id)
);

CREATE INDEX ix_ingestion_log_run_id ON meta.ingestion_log (run_id);

CREATE TABLE meta.load (
    load_id BIGSERIAL NOT NULL,
    run_id VARCHAR(64) COLLATE "C" NOT NULL,
    indicator_id VARCHAR(64) COLLATE "C" NOT NULL,
    dataset_id VARCHAR(255) COLLATE "C" NOT NULL,
    committed_at TIMESTAMP WITHOUT TIME ZONE NOT NULL,
    retrieved_at TIMESTAMP WITHOUT TIME ZONE NOT NULL,
    release VARCHAR(255),
    exchange_id VARCHAR(255) COLLATE "C",
    spec_text TEXT NOT NULL,
    plan_json TEXT NOT NULL,
    plan_fingerprint VARCHAR(64) COLLATE "C" NOT NULL,
    row_set_hash VARCHAR(64) COLLATE "C" NOT NULL,
    registry_hash VARCHAR(64) COLLATE "C" NOT NULL,
    engine_version VARCHAR(32) COLLATE "C" NOT NULL,
    origin VARCHAR(16) COLLATE "C" NOT NULL,
    rows_new INTEGER NOT NULL,
    rows_changed INTEGER NOT NULL,
    rows_unchanged INTEGER NOT NULL,
    rows_withdrawn INTEGER NOT NULL,
    rows_held INTEGER NOT NULL,
    outcome VARCHAR(16) COLLATE "C" NOT NULL,
    commit_id VARCHAR(64) COLLATE "C",
    kind VARCHAR(16) COLLATE "C" DEFAULT 'load' NOT NULL,
    undoes BIGINT,
    CONSTRAINT pk_load PRIMARY KEY (load_id),
    CONSTRAINT fk_load_run_id FOREIGN KEY(run_id) REFERENCES meta.run (run_id),
    CONSTRAINT fk_load_indicator_id FOREIGN KEY(indicator_id) REFERENCES core.indicator (indicator_id)
);

CREATE UNIQUE INDEX ix_load_commit_id ON meta.load (commit_id) WHERE commit_id IS NOT NULL;

CREATE INDEX ix_load_indicator_id ON meta.load (indicator_id);

CREATE TABLE meta.validation_log (
    validation_id BIGSERIAL NOT NULL,
    run_id VARCHAR(64) COLLATE "C" NOT NULL,
    indicator_id VARCHAR(64) COLLATE "C" NOT NULL,
    check_name VARCHAR(64) COLLATE "C" NOT NULL,
    severity VARCHAR(16) COLLATE "C" NOT NULL,
    message TEXT NOT NULL,
    rows BIGINT NOT NULL,
    total BIGINT,
    valid BIGINT,
    invalid BIGINT,
    missing BIGINT,
    completeness DOUBLE PRECISION,
    CONSTRAINT pk_validation_log PRIMARY KEY (validation_id),
    CONSTRAINT fk_validation_log_run_id FOREIGN KEY(run_id) REFERENCES meta.run (run_id)
);

CREATE INDEX ix_validation_log_run_id ON meta.validation_log (run_id);

CREATE TABLE core.observation (
    observation_id BIGSERIAL NOT NULL,
    indicator_id VARCHAR(64) COLLATE "C" NOT NULL,
    area_code VARCHAR(16) COLLATE "C" NOT NULL,
    area_vintage VARCHAR(16) COLLATE "C" NOT NULL,
    time_period VARCHAR(32) COLLATE "C" NOT NULL,
    breakdown VARCHAR(128) COLLATE "C" NOT NULL,
    retrieved_at TIMESTAMP WITHOUT TIME ZONE NOT NULL,
    load_id BIGINT NOT NULL,
    action VARCHAR(16) COLLATE "C" NOT NULL,
    period_start DATE NOT NULL,
    period_end DATE NOT NULL,
    value DOUBLE PRECISION,
    obs_status VARCHAR(1) COLLATE "C" NOT NULL,
    status_flags VARCHAR(128) COLLATE "C",
    status_reason VARCHAR(64) COLLATE "C",
    lower_ci DOUBLE PRECISION,
    upper_ci DOUBLE PRECISION,
    numerator DOUBLE PRECISION,
    denominator DOUBLE PRECISION,
    unit_measure VARCHAR(32) COLLATE "C" NOT NULL,
    note TEXT,
    source_area_code VARCHAR(16) COLLATE "C",
    origin VARCHAR(16) COLLATE "C" NOT NULL,
    row_hash VARCHAR(32) COLLATE "C" NOT NULL,
    CONSTRAINT pk_observation PRIMARY KEY (observation_id),
    CONSTRAINT fk_observation_load_id FOREIGN KEY(load_id) REFERENCES meta.load (load_id)
);

CREATE INDEX ix_observation_indicator_id ON core.observation (indicator_id, load_id);

CREATE TABLE core.observation_current (
    indicator_id VARCHAR(64) COLLATE "C" NOT NULL,
    area_code VARCHAR(16) COLLATE "C" NOT NULL,
    area_vintage VARCHAR(16) COLLATE "C" NOT NULL,
    time_period VARCHAR(32) COLLATE "C" NOT NULL,
    breakdown VARCHAR(128) COLLATE "C" NOT NULL,
    observation_id BIGINT NOT NULL,
    retrieved_at TIMESTAMP WITHOUT TIME ZONE NOT NULL,
    load_id BIGINT NOT NULL,
    action VARCHAR(16) COLLATE "C" NOT NULL,
    period_start DATE NOT NULL,
    period_end DATE NOT NULL,
    value DOUBLE PRECISION,
    obs_status VARCHAR(1) COLLATE "C" NOT NULL,
    status_flags VARCHAR(128) COLLATE "C",
    status_reason VARCHAR(64) COLLATE "C",
    lower_ci DOUBLE PRECISION,
    upper_ci DOUBLE PRECISION,
    numerator DOUBLE PRECISION,
    denominator DOUBLE PRECISION,
    unit_measure VARCHAR(32) COLLATE "C" NOT NULL,
    note TEXT,
    source_area_code VARCHAR(16) COLLATE "C",
    origin VARCHAR(16) COLLATE "C" NOT NULL,
    row_hash VARCHAR(32) COLLATE "C" NOT NULL,
    CONSTRAINT pk_observation_current PRIMARY KEY (indicator_id, area_code, area_vintage, time_period, breakdown),
    CONSTRAINT fk_observation_current_load_id FOREIGN KEY(load_id) REFERENCES meta.load (load_id)
);

CREATE TABLE meta.hold (
    hold_id BIGSERIAL NOT NULL,
    indicator_id VARCHAR(64) COLLATE "C" NOT NULL,
    row_set_hash VARCHAR(64) COLLATE "C" NOT NULL,
    plan_fingerprint VARCHAR(64) COLLATE "C" NOT NULL,
    load_id BIGINT NOT NULL,
    placed_at TIMESTAMP WITHOUT TIME ZONE NOT NULL,
    reason TEXT NOT NULL,
    released_at TIMESTAMP WITHOUT TIME ZONE,
    CONSTRAINT pk_hold PRIMARY KEY (hold_id),
    CONSTRAINT fk_hold_indicator_id FOREIGN KEY(indicator_id) REFERENCES core.indicator (indicator_id),
    CONSTRAINT fk_hold_load_id FOREIGN KEY(load_id) REFERENCES meta.load (load_id)
);

CREATE INDEX ix_hold_indicator_id ON meta.hold (indicator_id);

CREATE TABLE meta.load_input (
    load_id BIGINT NOT NULL,
    input_load_id BIGINT NOT NULL,
    CONSTRAINT pk_load_input PRIMARY KEY (load_id, input_load_id),
    CONSTRAINT fk_load_input_load_id FOREIGN KEY(load_id) REFERENCES meta.load (load_id),
    CONSTRAINT fk_load_input_input_load_id FOREIGN KEY(input_load_id) REFERENCES meta.load (load_id)
);

CREATE TABLE meta.rejected_observation (
    rejected_id BIGSERIAL NOT NULL,
    run_id VARCHAR(64) COLLATE "C" NOT NULL,
    load_id BIGINT,
    indicator_id VARCHAR(64) COLLATE "C" NOT NULL,
    area_code VARCHAR(255),
    area_vintage VARCHAR(255),
    time_period VARCHAR(255),
    breakdown VARCHAR(255),
    value DOUBLE PRECISION,
    check_name VARCHAR(64) COLLATE "C" NOT NULL,
    reason TEXT NOT NULL,
    CONSTRAINT pk_rejected_observation PRIMARY KEY (rejected_id),
    CONSTRAINT fk_rejected_observation_run_id FOREIGN KEY(run_id) REFERENCES meta.run (run_id),
    CONSTRAINT fk_rejected_observation_load_id FOREIGN KEY(load_id) REFERENCES meta.load (load_id)
);

CREATE INDEX ix_rejected_observation_run_id ON meta.rejected_observation (run_id);

CREATE VIEW core.observation_history AS
SELECT states.observation_id, states.indicator_id, states.area_code, states.area_vintage, states.time_period, states.breakdown, states.retrieved_at, states.load_id, states.action, states.period_start, states.period_end, states.value, states.obs_status, states.status_flags, states.status_reason, states.lower_ci, states.upper_ci, states.numerator, states.denominator, states.unit_measure, states.note, states.source_area_code, states.origin, CASE WHEN (states.kind != 'backfill') THEN states.committed_at END AS valid_from, CASE WHEN (states.kind != 'backfill') THEN states.next_at END AS valid_to, CAST(CASE WHEN (states.kind != 'backfill' AND states.next_id IS NULL) THEN 1 ELSE 0 END AS BOOLEAN) AS is_current, states.kind
FROM (SELECT core.observation.observation_id AS observation_id, core.observation.indicator_id AS indicator_id, core.observation.area_code AS area_code, core.observation.area_vintage AS area_vintage, core.observation.time_period AS time_period, core.observation.breakdown AS breakdown, core.observation.retrieved_at AS retrieved_at, core.observation.load_id AS load_id, core.observation.action AS action, core.observation.period_start AS period_start, core.observation.period_end AS period_end, core.observation.value AS value, core.observation.obs_status AS obs_status, core.observation.status_flags AS status_flags, core.observation.status_reason AS status_reason, core.observation.lower_ci AS lower_ci, core.observation.upper_ci AS upper_ci, core.observation.numerator AS numerator, core.observation.denominator AS denominator, core.observation.unit_measure AS unit_measure, core.observation.note AS note, core.observation.source_area_code AS source_area_code, core.observation.origin AS origin, core.observation.row_hash AS row_hash, meta.load.committed_at AS committed_at, meta.load.kind AS kind, lead(meta.load.committed_at) OVER (PARTITION BY core.observation.indicator_id, core.observation.area_code, core.observation.area_vintage, core.observation.time_period, core.observation.breakdown, CASE WHEN (meta.load.kind = 'backfill') THEN 1 ELSE 0 END ORDER BY core.observation.observation_id) AS next_at, lead(core.observation.observation_id) OVER (PARTITION BY core.observation.indicator_id, core.observation.area_code, core.observation.area_vintage, core.observation.time_period, core.observation.breakdown, CASE WHEN (meta.load.kind = 'backfill') THEN 1 ELSE 0 END ORDER BY core.observation.observation_id) AS next_id
FROM core.observation JOIN meta.load ON meta.load.load_id = core.observation.load_id) AS states;

CREATE VIEW mart.indicators_all AS
SELECT placed.observation_id AS id, placed.indicator_id, core.indicator.dataset_id, core.indicator.domain, core.indicator.subdomain, placed.area_code, core.area.name AS area_name, core.area.level AS area_level, placed.area_vintage, placed.breakdown, placed.period_end AS reference_period, placed.value, core.indicator.unit, core.indicator.publisher AS source, placed.retrieved_at AS extracted_at, meta.load.run_id AS pipeline_run_id, placed.obs_status, placed.status_flags, placed.status_reason, placed.lower_ci, placed.upper_ci, placed.time_period, CAST(CASE WHEN (placed.action = 'value' AND placed.period_end = placed.newest) THEN 1 ELSE 0 END AS BOOLEAN) AS is_latest, placed.origin, placed.period_start
FROM (SELECT dated.indicator_id AS indicator_id, dated.area_code AS area_code, dated.area_vintage AS area_vintage, dated.time_period AS time_period, dated.breakdown AS breakdown, dated.observation_id AS observation_id, dated.retrieved_at AS retrieved_at, dated.load_id AS load_id, dated.action AS action, dated.period_start AS period_start, dated.period_end AS period_end, dated.value AS value, dated.obs_status AS obs_status, dated.status_flags AS status_flags, dated.status_reason AS status_reason, dated.lower_ci AS lower_ci, dated.upper_ci AS upper_ci, dated.numerator AS numerator, dated.denominator AS denominator, dated.unit_measure AS unit_measure, dated.note AS note, dated.source_area_code AS source_area_code, dated.origin AS origin, dated.row_hash AS row_hash, dated.newest AS newest, row_number() OVER (PARTITION BY dated.indicator_id, dated.area_code, dated.area_vintage, dated.breakdown, dated.period_end ORDER BY CASE WHEN (dated.action = 'value') THEN 0 ELSE 1 END, dated.observation_id DESC) AS place
FROM (SELECT core.observation_current.indicator_id AS indicator_id, core.observation_current.area_code AS area_code, core.observation_current.area_vintage AS area_vintage, core.observation_current.time_period AS time_period, core.observation_current.breakdown AS breakdown, core.observation_current.observation_id AS observation_id, core.observation_current.retrieved_at AS retrieved_at, core.observation_current.load_id AS load_id, core.observation_current.action AS action, core.observation_current.period_start AS period_start, core.observation_current.period_end AS period_end, core.observation_current.value AS value, core.observation_current.obs_status AS obs_status, core.observation_current.status_flags AS status_flags, core.observation_current.status_reason AS status_reason, core.observation_current.lower_ci AS lower_ci, core.observation_current.upper_ci AS upper_ci, core.observation_current.numerator AS numerator, core.observation_current.denominator AS denominator, core.observation_current.unit_measure AS unit_measure, core.observation_current.note AS note, core.observation_current.source_area_code AS source_area_code, core.observation_current.origin AS origin, core.observation_current.row_hash AS row_hash, max(CASE WHEN (core.observation_current.action = 'value') THEN core.observation_current.period_end END) OVER (PARTITION BY core.observation_current.indicator_id, core.observation_current.area_code, core.observation_current.area_vintage, core.observation_current.breakdown) AS newest
FROM core.observation_current
WHERE core.observation_current.action != 'undone') AS dated) AS placed JOIN core.indicator ON core.indicator.indicator_id = placed.indicator_id AND core.indicator.target_vintage = placed.area_vintage JOIN core.area ON core.area.area_code = placed.area_code AND core.area.area_vintage = placed.area_vintage JOIN meta.load ON meta.load.load_id = placed.load_id
WHERE placed.place = 1 AND core.indicator.publish;

CREATE VIEW mart.indicators_latest AS
SELECT shown.id, shown.indicator_id, shown.dataset_id, shown.domain, shown.subdomain, shown.area_code, shown.area_name, shown.area_level, shown.area_vintage, shown.breakdown, shown.reference_period, shown.value, shown.unit, shown.source, shown.extracted_at, shown.pipeline_run_id, shown.obs_status, shown.status_flags, shown.status_reason, shown.lower_ci, shown.upper_ci, shown.time_period, shown.is_latest, shown.origin, shown.period_start
FROM mart.indicators_all AS shown
WHERE shown.is_latest;

CREATE VIEW mart.indicators_change_on_year AS
SELECT beside.indicator_id, beside.area_code, beside.area_name, beside.area_level, beside.area_vintage, beside.breakdown, beside.time_period, beside.reference_period, beside.is_latest, beside.origin, beside.unit, beside.value, CASE WHEN (CAST(EXTRACT(year FROM beside.period_start) AS INTEGER) - CAST(EXTRACT(year FROM beside.before_start) AS INTEGER) = 1 AND beside.period_start > beside.before_end AND beside.breaks = 0) THEN beside.before_period END AS previous_period, CASE WHEN (CAST(EXTRACT(year FROM beside.period_start) AS INTEGER) - CAST(EXTRACT(year FROM beside.before_start) AS INTEGER) = 1 AND beside.period_start > beside.before_end AND beside.breaks = 0) THEN beside.before_value END AS previous_value, CASE WHEN (CAST(EXTRACT(year FROM beside.period_start) AS INTEGER) - CAST(EXTRACT(year FROM beside.before_start) AS INTEGER) = 1 AND beside.period_start > beside.before_end AND beside.breaks = 0) THEN beside.value - beside.before_value END AS change, CASE WHEN (core.indicator.unit_measure = 'percent') THEN 'percentage points' ELSE beside.unit END AS change_unit, CASE WHEN (CAST(EXTRACT(year FROM beside.period_start) AS INTEGER) - CAST(EXTRACT(year FROM beside.before_start) AS INTEGER) = 1 AND beside.period_start > beside.before_end AND beside.breaks = 0 AND (core.indicator.unit_measure NOT IN ('percent', 'fraction')) AND (core.indicator.measure_type NOT IN ('score', 'index')) AND beside.before_value > 0) THEN (beside.value / CAST(beside.before_value AS DOUBLE PRECISION) - 1) * 100 END AS change_percent, CASE WHEN (beside.value IS NULL) THEN coalesce(replace(beside.status_reason, '_', ' '), 'no value') WHEN (beside.before_period IS NULL OR CAST(EXTRACT(year FROM beside.period_start) AS INTEGER) - CAST(EXTRACT(year FROM beside.before_start) AS INTEGER) != 1) THEN 'nothing of the same length a year before' WHEN (beside.period_start <= beside.before_end) THEN 'the periods overlap' WHEN (beside.breaks = 1) THEN 'series break' WHEN (beside.before_value IS NULL) THEN 'a year before: ' || coalesce(replace(beside.before_reason, '_', ' '), 'no value') END AS reason
FROM (SELECT shown.indicator_id AS indicator_id, shown.area_code AS area_code, shown.area_name AS area_name, shown.area_level AS area_level, shown.area_vintage AS area_vintage, shown.breakdown AS breakdown, shown.time_period AS time_period, shown.reference_period AS reference_period, shown.is_latest AS is_latest, shown.origin AS origin, shown.unit AS unit, shown.value AS value, shown.status_reason AS status_reason, shown.period_start AS period_start, CASE WHEN (shown.obs_status = 'B' OR coalesce(shown.status_reason, '') = 'series_break' OR coalesce(shown.status_flags, '') != replace(coalesce(shown.status_flags, ''), 'series_break', '')) THEN 1 ELSE 0 END AS breaks, lag(shown.time_period, 1) OVER (PARTITION BY shown.indicator_id, shown.area_code, shown.area_vintage, shown.breakdown, SUBSTRING(shown.time_period, 5, 28) ORDER BY shown.period_start) AS before_period, lag(shown.period_start, 1) OVER (PARTITION BY shown.indicator_id, shown.area_code, shown.area_vintage, shown.breakdown, SUBSTRING(shown.time_period, 5, 28) ORDER BY shown.period_start) AS before_start, lag(shown.reference_period, 1) OVER (PARTITION BY shown.indicator_id, shown.area_code, shown.area_vintage, shown.breakdown, SUBSTRING(shown.time_period, 5, 28) ORDER BY shown.period_start) AS before_end, lag(shown.value, 1) OVER (PARTITION BY shown.indicator_id, shown.area_code, shown.area_vintage, shown.breakdown, SUBSTRING(shown.time_period, 5, 28) ORDER BY shown.period_start) AS before_value, lag(shown.status_reason, 1) OVER (PARTITION BY shown.indicator_id, shown.area_code, shown.area_vintage, shown.breakdown, SUBSTRING(shown.time_period, 5, 28) ORDER BY shown.period_start) AS before_reason
FROM mart.indicators_all AS shown) AS beside JOIN core.indicator ON core.indicator.indicator_id = beside.indicator_id;

CREATE VIEW mart.indicators_rolling_mean AS
SELECT beside.indicator_id, beside.area_code, beside.area_name, beside.area_level, beside.area_vintage, beside.breakdown, beside.time_period, beside.reference_period, beside.is_latest, beside.origin, beside.unit, beside.value, CASE WHEN (beside.month - beside.month_1 = beside.months AND beside.month_1 - beside.month_2 = beside.months) THEN beside.period_2 END AS first_period, CASE WHEN (beside.month - beside.month_1 = beside.months AND beside.month_1 - beside.month_2 = beside.months AND beside.breaks = 0 AND beside.breaks_1 = 0) THEN (beside.value + beside.value_1 + beside.value_2) / CAST(3 AS NUMERIC) END AS rolling_mean, CASE WHEN (beside.value IS NULL) THEN coalesce(replace(beside.status_reason, '_', ' '), 'no value') WHEN (beside.months IS NULL) THEN 'not a length of whole months' WHEN (beside.month_2 IS NULL OR NOT (beside.month - beside.month_1 = beside.months AND beside.month_1 - beside.month_2 = beside.months)) THEN 'fewer than three periods in a row' WHEN (NOT (beside.breaks = 0 AND beside.breaks_1 = 0)) THEN 'series break' WHEN (beside.value_1 IS NULL OR beside.value_2 IS NULL) THEN 'one of the three has no value' END AS reason
FROM (SELECT lasting.indicator_id AS indicator_id, lasting.area_code AS area_code, lasting.area_name AS area_name, lasting.area_level AS area_level, lasting.area_vintage AS area_vintage, lasting.breakdown AS breakdown, lasting.time_period AS time_period, lasting.reference_period AS reference_period, lasting.is_latest AS is_latest, lasting.origin AS origin, lasting.unit AS unit, lasting.value AS value, lasting.status_reason AS status_reason, lasting.period_start AS period_start, lasting.breaks AS breaks, lasting.month AS month, lasting.months AS months, lag(lasting.month, 1) OVER (PARTITION BY lasting.indicator_id, lasting.area_code, lasting.area_vintage, lasting.breakdown, lasting.months, CAST(EXTRACT(day FROM lasting.period_start) AS INTEGER), lasting.month - (lasting.month / lasting.months) * lasting.months ORDER BY lasting.period_start) AS month_1, lag(lasting.month, 2) OVER (PARTITION BY lasting.indicator_id, lasting.area_code, lasting.area_vintage, lasting.breakdown, lasting.months, CAST(EXTRACT(day FROM lasting.period_start) AS INTEGER), lasting.month - (lasting.month / lasting.months) * lasting.months ORDER BY lasting.period_start) AS month_2, lag(lasting.value, 1) OVER (PARTITION BY lasting.indicator_id, lasting.area_code, lasting.area_vintage, lasting.breakdown, lasting.months, CAST(EXTRACT(day FROM lasting.period_start) AS INTEGER), lasting.month - (lasting.month / lasting.months) * lasting.months ORDER BY lasting.period_start) AS value_1, lag(lasting.value, 2) OVER (PARTITION BY lasting.indicator_id, lasting.area_code, lasting.area_vintage, lasting.breakdown, lasting.months, CAST(EXTRACT(day FROM lasting.period_start) AS INTEGER), lasting.month - (lasting.month / lasting.months) * lasting.months ORDER BY lasting.period_start) AS value_2, lag(lasting.breaks, 1) OVER (PARTITION BY lasting.indicator_id, lasting.area_code, lasting.area_vintage, lasting.breakdown, lasting.months, CAST(EXTRACT(day FROM lasting.period_start) AS INTEGER), lasting.month - (lasting.month / lasting.months) * lasting.months ORDER BY lasting.period_start) AS breaks_1, lag(lasting.time_period, 2) OVER (PARTITION BY lasting.indicator_id, lasting.area_code, lasting.area_vintage, lasting.breakdown, lasting.months, CAST(EXTRACT(day FROM lasting.period_start) AS INTEGER), lasting.month - (lasting.month / lasting.months) * lasting.months ORDER BY lasting.period_start) AS period_2
FROM (SELECT shown.indicator_id AS indicator_id, shown.area_code AS area_code, shown.area_name AS area_name, shown.area_level AS area_level, shown.area_vintage AS area_vintage, shown.breakdown AS breakdown, shown.time_period AS time_period, shown.reference_period AS reference_period, shown.is_latest AS is_latest, shown.origin AS origin, shown.unit AS unit, shown.value AS value, shown.status_reason AS status_reason, shown.period_start AS period_start, CASE WHEN (shown.obs_status = 'B' OR coalesce(shown.status_reason, '') = 'series_break' OR coalesce(shown.status_flags, '') != replace(coalesce(shown.status_flags, ''), 'series_break', '')) THEN 1 ELSE 0 END AS breaks, CAST(EXTRACT(year FROM shown.period_start) AS INTEGER) * 12 + CAST(EXTRACT(month FROM shown.period_start) AS INTEGER) AS month, CASE WHEN (CAST(EXTRACT(day FROM (shown.reference_period + 1)) AS INTEGER) = CAST(EXTRACT(day FROM shown.period_start) AS INTEGER)) THEN nullif((CAST(EXTRACT(year FROM (shown.reference_period + 1)) AS INTEGER) * 12 + CAST(EXTRACT(month FROM (shown.reference_period + 1)) AS INTEGER)) - (CAST(EXTRACT(year FROM shown.period_start) AS INTEGER) * 12 + CAST(EXTRACT(month FROM shown.period_start) AS INTEGER)), 0) END AS months
FROM mart.indicators_all AS shown) AS lasting) AS beside;

CREATE VIEW mart.indicators_z_score AS
SELECT varied.indicator_id, varied.area_code, varied.area_name, varied.area_level, varied.area_vintage, varied.breakdown, varied.time_period, varied.reference_period, varied.is_latest, varied.origin, varied.unit, varied.value, varied.districts, varied.mean, CASE WHEN (varied.districts >= 3 AND varied.highest > varied.lowest) THEN SQRT(varied.variance) * (varied.highest - varied.lowest) END AS standard_deviation, CASE WHEN (varied.value IS NOT NULL AND varied.districts >= 3 AND varied.highest > varied.lowest) THEN varied.distance / CAST(SQRT(varied.variance) AS DOUBLE PRECISION) END AS z_score, CASE WHEN (varied.value IS NULL) THEN coalesce(replace(varied.status_reason, '_', ' '), 'no value') WHEN (varied.districts < 3) THEN 'fewer than 3 districts have a value' WHEN (varied.highest <= varied.lowest) THEN 'all districts have the same value' END AS reason
FROM (SELECT apart.indicator_id AS indicator_id, apart.area_code AS area_code, apart.area_name AS area_name, apart.area_level AS area_level, apart.area_vintage AS area_vintage, apart.breakdown AS breakdown, apart.time_period AS time_period, apart.reference_period AS reference_period, apart.is_latest AS is_latest, apart.origin AS origin, apart.unit AS unit, apart.value AS value, apart.status_reason AS status_reason, apart.districts AS districts, apart.mean AS mean, apart.lowest AS lowest, apart.highest AS highest, apart.distance AS distance, avg(apart.distance * apart.distance) OVER (PARTITION BY apart.indicator_id, apart.area_vintage, apart.breakdown, apart.time_period) AS variance
FROM (SELECT of_group.indicator_id AS indicator_id, of_group.area_code AS area_code, of_group.area_name AS area_name, of_group.area_level AS area_level, of_group.area_vintage AS area_vintage, of_group.breakdown AS breakdown, of_group.time_period AS time_period, of_group.reference_period AS reference_period, of_group.is_latest AS is_latest, of_group.origin AS origin, of_group.unit AS unit, of_group.value AS value, of_group.status_reason AS status_reason, of_group.districts AS districts, of_group.mean AS mean, of_group.lowest AS lowest, of_group.highest AS highest, CASE WHEN (of_group.highest - of_group.lowest > 0) THEN (of_group.value - of_group.mean) / CAST((of_group.highest - of_group.lowest) AS DOUBLE PRECISION) END AS distance
FROM (SELECT shown.indicator_id AS indicator_id, shown.area_code AS area_code, shown.area_name AS area_name, shown.area_level AS area_level, shown.area_vintage AS area_vintage, shown.breakdown AS breakdown, shown.time_period AS time_period, shown.reference_period AS reference_period, shown.is_latest AS is_latest, shown.origin AS origin, shown.unit AS unit, shown.value AS value, shown.status_reason AS status_reason, count(shown.value) OVER (PARTITION BY shown.indicator_id, shown.area_vintage, shown.breakdown, shown.time_period) AS districts, avg(shown.value) OVER (PARTITION BY shown.indicator_id, shown.area_vintage, shown.breakdown, shown.time_period) AS mean, min(shown.value) OVER (PARTITION BY shown.indicator_id, shown.area_vintage, shown.breakdown, shown.time_period) AS lowest, max(shown.value) OVER (PARTITION BY shown.indicator_id, shown.area_vintage, shown.breakdown, shown.time_period) AS highest
FROM mart.indicators_all AS shown
WHERE shown.area_level = 'lad') AS of_group) AS apart) AS varied;

CREATE VIEW mart.indicators_revisions AS
SELECT states.indicator_id, states.area_code, states.area_vintage, states.time_period, states.breakdown, states.period_end AS reference_period, states.committed_at AS revised_at, states.kind, states.action, states.old_value, states.value AS new_value, states.value - states.old_value AS change, states.old_status, states.old_reason, states.obs_status AS new_status, states.status_reason AS new_reason, states.old_retrieved_at, states.retrieved_at AS new_retrieved_at, states.load_id, states.run_id
FROM (SELECT core.observation.indicator_id AS indicator_id, core.observation.area_code AS area_code, core.observation.area_vintage AS area_vintage, core.observation.time_period AS time_period, core.observation.breakdown AS breakdown, core.observation.period_end AS period_end, core.observation.action AS action, core.observation.value AS value, core.observation.obs_status AS obs_status, core.observation.status_reason AS status_reason, core.observation.retrieved_at AS retrieved_at, core.observation.load_id AS load_id, meta.load.committed_at AS committed_at, meta.load.kind AS kind, meta.load.run_id AS run_id, lag(core.observation.action, 1) OVER (PARTITION BY core.observation.indicator_id, core.observation.area_code, core.observation.area_vintage, core.observation.time_period, core.observation.breakdown ORDER BY core.observation.observation_id) AS old_action, lag(core.observation.value, 1) OVER (PARTITION BY core.observation.indicator_id, core.observation.area_code, core.observation.area_vintage, core.observation.time_period, core.observation.breakdown ORDER BY core.observation.observation_id) AS old_value, lag(core.observation.obs_status, 1) OVER (PARTITION BY core.observation.indicator_id, core.observation.area_code, core.observation.area_vintage, core.observation.time_period, core.observation.breakdown ORDER BY core.observation.observation_id) AS old_status, lag(core.observation.status_reason, 1) OVER (PARTITION BY core.observation.indicator_id, core.observation.area_code, core.observation.area_vintage, core.observation.time_period, core.observation.breakdown ORDER BY core.observation.observation_id) AS old_reason, lag(core.observation.retrieved_at, 1) OVER (PARTITION BY core.observation.indicator_id, core.observation.area_code, core.observation.area_vintage, core.observation.time_period, core.observation.breakdown ORDER BY core.observation.observation_id) AS old_retrieved_at
FROM core.observation JOIN meta.load ON meta.load.load_id = core.observation.load_id
WHERE meta.load.kind != 'backfill') AS states JOIN core.indicator ON core.indicator.indicator_id = states.indicator_id
WHERE core.indicator.publish AND states.old_action IS NOT NULL;

CREATE VIEW mart.indicators_held AS
SELECT meta.rejected_observation.indicator_id, meta.rejected_observation.area_code, meta.rejected_observation.area_vintage, meta.rejected_observation.time_period, meta.rejected_observation.breakdown, meta.rejected_observation.value AS rejected_value, meta.rejected_observation.check_name, meta.rejected_observation.reason, newest.committed_at AS held_at
FROM meta.rejected_observation JOIN (SELECT meta.load.load_id AS load_id, meta.load.run_id AS run_id, meta.load.indicator_id AS indicator_id, meta.load.dataset_id AS dataset_id, meta.load.committed_at AS committed_at, meta.load.retrieved_at AS retrieved_at, meta.load.release AS release, meta.load.exchange_id AS exchange_id, meta.load.spec_text AS spec_text, meta.load.plan_json AS plan_json, meta.load.plan_fingerprint AS plan_fingerprint, meta.load.row_set_hash AS row_set_hash, meta.load.registry_hash AS registry_hash, meta.load.engine_version AS engine_version, meta.load.origin AS origin, meta.load.rows_new AS rows_new, meta.load.rows_changed AS rows_changed, meta.load.rows_unchanged AS rows_unchanged, meta.load.rows_withdrawn AS rows_withdrawn, meta.load.rows_held AS rows_held, meta.load.outcome AS outcome, meta.load.commit_id AS commit_id, meta.load.kind AS kind, meta.load.undoes AS undoes
FROM meta.load
WHERE meta.load.load_id IN (SELECT max(meta.load.load_id) AS max_1
FROM meta.load
WHERE meta.load.kind = 'load' AND NOT (EXISTS (SELECT *
FROM meta.load AS load_1
WHERE load_1.undoes = meta.load.load_id)) GROUP BY meta.load.indicator_id)) AS newest ON newest.run_id = meta.rejected_observation.run_id AND newest.indicator_id = meta.rejected_observation.indicator_id JOIN core.indicator ON core.indicator.indicator_id = meta.rejected_observation.indicator_id
WHERE core.indicator.publish;

CREATE VIEW mart.indicators_state AS
SELECT core.indicator.indicator_id, core.indicator.title, CASE WHEN (EXISTS (SELECT *
FROM meta.hold
WHERE meta.hold.indicator_id = core.indicator.indicator_id AND meta.hold.released_at IS NULL AND (newest.load_id IS NULL OR meta.hold.load_id > newest.load_id))) THEN 'on hold' WHEN (failure.at IS NOT NULL AND (newest.load_id IS NULL OR failure.at > newest.committed_at)) THEN 'stale' WHEN (newest.load_id IS NULL) THEN 'empty' WHEN (newest.rows_held > 0) THEN 'held' ELSE 'current' END AS state, newest.committed_at AS last_loaded_at, newest.retrieved_at AS extracted_at, newest.release, failure.at AS last_failed_at, failure.detail AS failure, coalesce(counts.live, 0) AS live, coalesce(counts.missing, 0) AS missing, coalesce(counts.withdrawn, 0) AS withdrawn, coalesce(newest.rows_held, 0) AS held, CAST(CASE WHEN (failure.at IS NOT NULL AND (newest.load_id IS NULL OR failure.at > newest.committed_at)) THEN 1 ELSE 0 END AS BOOLEAN) AS is_stale, CAST(CASE WHEN (EXISTS (SELECT *
FROM meta.hold
WHERE meta.hold.indicator_id = core.indicator.indicator_id AND meta.hold.released_at IS NULL AND (newest.load_id IS NULL OR meta.hold.load_id > newest.load_id))) THEN 1 ELSE 0 END AS BOOLEAN) AS is_on_hold
FROM core.indicator LEFT OUTER JOIN (SELECT meta.load.load_id AS load_id, meta.load.run_id AS run_id, meta.load.indicator_id AS indicator_id, meta.load.dataset_id AS dataset_id, meta.load.committed_at AS committed_at, meta.load.retrieved_at AS retrieved_at, meta.load.release AS release, meta.load.exchange_id AS exchange_id, meta.load.spec_text AS spec_text, meta.load.plan_json AS plan_json, meta.load.plan_fingerprint AS plan_fingerprint, meta.load.row_set_hash AS row_set_hash, meta.load.registry_hash AS registry_hash, meta.load.engine_version AS engine_version, meta.load.origin AS origin, meta.load.rows_new AS rows_new, meta.load.rows_changed AS rows_changed, meta.load.rows_unchanged AS rows_unchanged, meta.load.rows_withdrawn AS rows_withdrawn, meta.load.rows_held AS rows_held, meta.load.outcome AS outcome, meta.load.commit_id AS commit_id, meta.load.kind AS kind, meta.load.undoes AS undoes
FROM meta.load
WHERE meta.load.load_id IN (SELECT max(meta.load.load_id) AS max_1
FROM meta.load
WHERE meta.load.kind = 'load' AND NOT (EXISTS (SELECT *
FROM meta.load AS load_1
WHERE load_1.undoes = meta.load.load_id)) GROUP BY meta.load.indicator_id)) AS newest ON newest.indicator_id = core.indicator.indicator_id LEFT OUTER JOIN (SELECT meta.etl_audit.audit_id AS audit_id, meta.etl_audit.at AS at, meta.etl_audit.run_id AS run_id, meta.etl_audit.indicator_id AS indicator_id, meta.etl_audit.event AS event, meta.etl_audit.detail AS detail
FROM meta.etl_audit
WHERE meta.etl_audit.audit_id IN (SELECT max(meta.etl_audit.audit_id) AS max_2
FROM meta.etl_audit
WHERE meta.etl_audit.event = 'failed' AND meta.etl_audit.indicator_id IS NOT NULL GROUP BY meta.etl_audit.indicator_id)) AS failure ON failure.indicator_id = core.indicator.indicator_id LEFT OUTER JOIN (SELECT core.observation_current.indicator_id AS indicator_id, sum(CASE WHEN (core.observation_current.action = 'value') THEN 1 ELSE 0 END) AS live, sum(CASE WHEN (core.observation_current.action = 'value' AND core.observation_current.value IS NULL) THEN 1 ELSE 0 END) AS missing, sum(CASE WHEN (core.observation_current.action = 'withdrawn') THEN 1 ELSE 0 END) AS withdrawn
FROM core.observation_current JOIN core.indicator ON core.indicator.indicator_id = core.observation_current.indicator_id AND core.indicator.target_vintage = core.observation_current.area_vintage
WHERE core.observation_current.action != 'undone' GROUP BY core.observation_current.indicator_id) AS counts ON counts.indicator_id = core.indicator.indicator_id
WHERE core.indicator.publish;

CREATE VIEW mart.dim_indicator AS
SELECT core.indicator.indicator_id, core.indicator.title, core.indicator.description, core.indicator.domain, core.indicator.subdomain, core.indicator.measure_type, core.indicator.unit_measure, core.indicator.unit, core.indicator.polarity, core.indicator.decimals, CASE WHEN (SUBSTRING(core.indicator.unit_measure, 1, 3) = 'gbp') THEN '"' || SUBSTRING(core.indicator.unit, 1, 1) || '"' ELSE '' END || '#,0' || CASE WHEN (core.indicator.decimals > 0) THEN '.' || SUBSTRING('0000000000', 1, core.indicator.decimals) ELSE '' END || CASE WHEN (core.indicator.unit = '%') THEN '"%"' WHEN (SUBSTRING(core.indicator.unit_measure, 1, 12) = 'gbp_thousand') THEN '" thousand"' WHEN (SUBSTRING(core.indicator.unit_measure, 1, 11) = 'gbp_million') THEN '" million"' ELSE '' END AS format_string, core.indicator.publisher, core.indicator.license, core.indicator.owner, core.indicator.dataset_id, core.indicator.target_vintage, 'Source: ' || core.indicator.publisher || CASE WHEN (core.indicator.license = 'OGL-UK-3.0') THEN '. Contains public sector information licensed under the Open Government Licence v3.0.' ELSE '' END AS attribution
FROM core.indicator
WHERE core.indicator.publish;

CREATE VIEW mart.dim_area AS
SELECT core.area.area_code || ' ' || core.area.area_vintage AS area_key, core.area.area_code, core.area.area_vintage, core.area.name AS area_name, core.area.level AS area_level, core.area.parent AS parent_code, parent.name AS parent_name
FROM core.area LEFT OUTER JOIN core.area AS parent ON parent.area_code = core.area.parent AND parent.area_vintage = core.area.area_vintage
WHERE core.area.area_vintage IN (SELECT core.indicator.target_vintage
FROM core.indicator
WHERE core.indicator.publish);

CREATE VIEW mart.dim_period AS
SELECT periods.time_period, periods.period_start, periods.period_end, CASE WHEN (CAST(EXTRACT(day FROM periods.period_start) AS INTEGER) = 1 AND periods.months = 12 AND CAST(EXTRACT(month FROM periods.period_start) AS INTEGER) = 1) THEN SUBSTRING(CAST(CAST(EXTRACT(year FROM periods.period_start) AS INTEGER) + 10000 AS VARCHAR(64)), 2, 4) WHEN (CAST(EXTRACT(day FROM periods.period_start) AS INTEGER) = 1 AND periods.months = 12 AND CAST(EXTRACT(month FROM periods.period_start) AS INTEGER) = 4) THEN SUBSTRING(CAST(CAST(EXTRACT(year FROM periods.period_start) AS INTEGER) + 10000 AS VARCHAR(64)), 2, 4) || '/' || SUBSTRING(SUBSTRING(CAST(CAST(EXTRACT(year FROM periods.period_start) AS INTEGER) + 1 + 10000 AS VARCHAR(64)), 2, 4), 3, 2) WHEN (CAST(EXTRACT(day FROM periods.period_start) AS INTEGER) = 1 AND periods.months = 3 AND CAST(EXTRACT(month FROM periods.period_start) AS INTEGER) IN (1, 4, 7, 10)) THEN SUBSTRING(CAST(CAST(EXTRACT(year FROM periods.period_start) AS INTEGER) + 10000 AS VARCHAR(64)), 2, 4) || ' Q' || CAST((CAST(EXTRACT(month FROM periods.period_start) AS INTEGER) + 2) / 3 AS VARCHAR(64)) WHEN (CAST(EXTRACT(day FROM periods.period_start) AS INTEGER) = 1 AND periods.months = 1) THEN SUBSTRING(CAST(CAST(EXTRACT(year FROM periods.period_start) AS INTEGER) + 10000 AS VARCHAR(64)), 2, 4) || '-' || SUBSTRING(CAST(CAST(EXTRACT(month FROM periods.period_start) AS INTEGER) + 100 AS VARCHAR(64)), 2, 2) WHEN (CAST(EXTRACT(day FROM periods.period_start) AS INTEGER) = 1 AND periods.months IS NOT NULL) THEN SUBSTRING(CAST(CAST(EXTRACT(year FROM periods.period_start) AS INTEGER) + 10000 AS VARCHAR(64)), 2, 4) || '-' || SUBSTRING(CAST(CAST(EXTRACT(month FROM periods.period_start) AS INTEGER) + 100 AS VARCHAR(64)), 2, 2) || ' to ' || SUBSTRING(CAST(CAST(EXTRACT(year FROM periods.period_end) AS INTEGER) + 10000 AS VARCHAR(64)), 2, 4) || '-' || SUBSTRING(CAST(CAST(EXTRACT(month FROM periods.period_end) AS INTEGER) + 100 AS VARCHAR(64)), 2, 2) WHEN (periods.period_start = periods.period_end) THEN SUBSTRING(CAST(CAST(EXTRACT(year FROM periods.period_start) AS INTEGER) + 10000 AS VARCHAR(64)), 2, 4) || '-' || SUBSTRING(CAST(CAST(EXTRACT(month FROM periods.period_start) AS INTEGER) + 100 AS VARCHAR(64)), 2, 2) || '-' || SUBSTRING(CAST(CAST(EXTRACT(day FROM periods.period_start) AS INTEGER) + 100 AS VARCHAR(64)), 2, 2) ELSE SUBSTRING(CAST(CAST(EXTRACT(year FROM periods.period_start) AS INTEGER) + 10000 AS VARCHAR(64)), 2, 4) || '-' || SUBSTRING(CAST(CAST(EXTRACT(month FROM periods.period_start) AS INTEGER) + 100 AS VARCHAR(64)), 2, 2) || '-' || SUBSTRING(CAST(CAST(EXTRACT(day FROM periods.period_start) AS INTEGER) + 100 AS VARCHAR(64)), 2, 2) || ' to ' || SUBSTRING(CAST(CAST(EXTRACT(year FROM periods.period_end) AS INTEGER) + 10000 AS VARCHAR(64)), 2, 4) || '-' || SUBSTRING(CAST(CAST(EXTRACT(month FROM periods.period_end) AS INTEGER) + 100 AS VARCHAR(64)), 2, 2) || '-' || SUBSTRING(CAST(CAST(EXTRACT(day FROM periods.period_end) AS INTEGER) + 100 AS VARCHAR(64)), 2, 2) END AS label, SUBSTRING(periods.time_period, 12, 21) AS length, periods.months, CAST(EXTRACT(year FROM periods.period_end) AS INTEGER) AS year, (CAST(EXTRACT(month FROM periods.period_end) AS INTEGER) + 2) / 3 AS quarter, CAST(EXTRACT(month FROM periods.period_end) AS INTEGER) AS month
FROM (SELECT found.time_period AS time_period, found.period_start AS period_start, found.period_end AS period_end, CASE WHEN (CAST(EXTRACT(day FROM (found.period_end + 1)) AS INTEGER) = CAST(EXTRACT(day FROM found.period_start) AS INTEGER)) THEN nullif((CAST(EXTRACT(year FROM (found.period_end + 1)) AS INTEGER) * 12 + CAST(EXTRACT(month FROM (found.period_end + 1)) AS INTEGER)) - (CAST(EXTRACT(year FROM found.period_start) AS INTEGER) * 12 + CAST(EXTRACT(month FROM found.period_start) AS INTEGER)), 0) END AS months
FROM (SELECT core.observation_current.time_period AS time_period, min(core.observation_current.period_start) AS period_start, min(core.observation_current.period_end) AS period_end
FROM core.observation_current JOIN core.indicator ON core.indicator.indicator_id = core.observation_current.indicator_id
WHERE core.indicator.publish AND core.observation_current.action != 'undone' GROUP BY core.observation_current.time_period) AS found) AS periods;

CREATE VIEW mart.fact_observation AS
SELECT placed.observation_id, placed.indicator_id, placed.area_code || ' ' || placed.area_vintage AS area_key, placed.area_code, placed.time_period, placed.period_end AS reference_period, placed.breakdown, placed.value, placed.obs_status, placed.status_flags, placed.status_reason, CASE WHEN (placed.value IS NULL OR placed.status_reason IS NOT NULL) THEN coalesce(replace(placed.status_reason, '_', ' '), 'no value') END AS status_text, placed.lower_ci, placed.upper_ci, placed.numerator, placed.denominator, CAST(CASE WHEN (placed.action = 'value' AND placed.period_end = placed.newest) THEN 1 ELSE 0 END AS BOOLEAN) AS is_latest, placed.origin, placed.retrieved_at AS extracted_at, meta.load.run_id AS pipeline_run_id
FROM (SELECT dated.indicator_id AS indicator_id, dated.area_code AS area_code, dated.area_vintage AS area_vintage, dated.time_period AS time_period, dated.breakdown AS breakdown, dated.observation_id AS observation_id, dated.retrieved_at AS retrieved_at, dated.load_id AS load_id, dated.action AS action, dated.period_start AS period_start, dated.period_end AS period_end, dated.value AS value, dated.obs_status AS obs_status, dated.status_flags AS status_flags, dated.status_reason AS status_reason, dated.lower_ci AS lower_ci, dated.upper_ci AS upper_ci, dated.numerator AS numerator, dated.denominator AS denominator, dated.unit_measure AS unit_measure, dated.note AS note, dated.source_area_code AS source_area_code, dated.origin AS origin, dated.row_hash AS row_hash, dated.newest AS newest, row_number() OVER (PARTITION BY dated.indicator_id, dated.area_code, dated.area_vintage, dated.breakdown, dated.period_end ORDER BY CASE WHEN (dated.action = 'value') THEN 0 ELSE 1 END, dated.observation_id DESC) AS place
FROM (SELECT core.observation_current.indicator_id AS indicator_id, core.observation_current.area_code AS area_code, core.observation_current.area_vintage AS area_vintage, core.observation_current.time_period AS time_period, core.observation_current.breakdown AS breakdown, core.observation_current.observation_id AS observation_id, core.observation_current.retrieved_at AS retrieved_at, core.observation_current.load_id AS load_id, core.observation_current.action AS action, core.observation_current.period_start AS period_start, core.observation_current.period_end AS period_end, core.observation_current.value AS value, core.observation_current.obs_status AS obs_status, core.observation_current.status_flags AS status_flags, core.observation_current.status_reason AS status_reason, core.observation_current.lower_ci AS lower_ci, core.observation_current.upper_ci AS upper_ci, core.observation_current.numerator AS numerator, core.observation_current.denominator AS denominator, core.observation_current.unit_measure AS unit_measure, core.observation_current.note AS note, core.observation_current.source_area_code AS source_area_code, core.observation_current.origin AS origin, core.observation_current.row_hash AS row_hash, max(CASE WHEN (core.observation_current.action = 'value') THEN core.observation_current.period_end END) OVER (PARTITION BY core.observation_current.indicator_id, core.observation_current.area_code, core.observation_current.area_vintage, core.observation_current.breakdown) AS newest
FROM core.observation_current
WHERE core.observation_current.action != 'undone') AS dated) AS placed JOIN core.indicator ON core.indicator.indicator_id = placed.indicator_id AND core.indicator.target_vintage = placed.area_vintage JOIN core.area ON core.area.area_code = placed.area_code AND core.area.area_vintage = placed.area_vintage JOIN meta.load ON meta.load.load_id = placed.load_id
WHERE placed.place = 1 AND core.indicator.publish;

CREATE TABLE meta.alembic_version (
    version_num VARCHAR(32) NOT NULL,
    CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);

INSERT INTO meta.alembic_version (version_num) VALUES ('0003');

INSERT INTO meta.installation (name, value) VALUES ('made_by', 'script');

COMMIT;
