-- The database of yhovi, version 0003, for SQLite.
-- Made by `yhovi db ddl --dialect sqlite`. Run it once, in an empty database.

BEGIN;

CREATE TABLE area (
    area_code VARCHAR(16) NOT NULL,
    area_vintage VARCHAR(16) NOT NULL,
    name VARCHAR(255) NOT NULL,
    level VARCHAR(32) NOT NULL,
    parent VARCHAR(16),
    CONSTRAINT pk_area PRIMARY KEY (area_code, area_vintage)
);

CREATE TABLE area_change (
    event VARCHAR(32) NOT NULL,
    changed_on DATE NOT NULL,
    code_before VARCHAR(16) NOT NULL,
    code_after VARCHAR(16) NOT NULL,
    flag VARCHAR(64),
    source TEXT,
    CONSTRAINT pk_area_change PRIMARY KEY (event, changed_on, code_before, code_after)
);

CREATE TABLE dataset_metadata (
    dataset_id VARCHAR(255) NOT NULL,
    source_name VARCHAR(255) NOT NULL,
    source_url TEXT NOT NULL,
    last_extracted_at DATETIME,
    record_count INTEGER,
    status VARCHAR(16) NOT NULL,
    pipeline_run_id VARCHAR(64) NOT NULL,
    CONSTRAINT pk_dataset_metadata PRIMARY KEY (dataset_id)
);

CREATE TABLE dataset_version (
    dataset_id VARCHAR(255) NOT NULL,
    row_set_hash VARCHAR(64) NOT NULL,
    release VARCHAR(255),
    exchange_id VARCHAR(255),
    first_retrieved_at DATETIME NOT NULL,
    last_retrieved_at DATETIME NOT NULL,
    CONSTRAINT pk_dataset_version PRIMARY KEY (dataset_id, row_set_hash)
);

CREATE TABLE dim_date (
    date DATE NOT NULL,
    year INTEGER NOT NULL,
    quarter INTEGER NOT NULL,
    month INTEGER NOT NULL,
    month_name VARCHAR(16) NOT NULL,
    day INTEGER NOT NULL,
    financial_year VARCHAR(16) NOT NULL,
    CONSTRAINT pk_dim_date PRIMARY KEY (date)
);

CREATE TABLE geo_lookup (
    code VARCHAR(16) NOT NULL,
    area_vintage VARCHAR(16) NOT NULL,
    level VARCHAR(32) NOT NULL,
    lad_code VARCHAR(16) NOT NULL,
    region_code VARCHAR(16) NOT NULL,
    CONSTRAINT pk_geo_lookup PRIMARY KEY (code, area_vintage)
);

CREATE TABLE incoming (
    load_id INTEGER NOT NULL,
    indicator_id VARCHAR(64) NOT NULL,
    area_code VARCHAR(16) NOT NULL,
    area_vintage VARCHAR(16) NOT NULL,
    time_period VARCHAR(32) NOT NULL,
    breakdown VARCHAR(128) NOT NULL,
    held BOOLEAN NOT NULL,
    area_level VARCHAR(32),
    period_start DATE,
    period_end DATE,
    value DOUBLE,
    obs_status VARCHAR(1),
    status_flags VARCHAR(128),
    status_reason VARCHAR(64),
    lower_ci DOUBLE,
    upper_ci DOUBLE,
    numerator DOUBLE,
    denominator DOUBLE,
    unit_measure VARCHAR(32),
    note TEXT,
    source_area_code VARCHAR(16),
    origin VARCHAR(16),
    row_hash VARCHAR(32),
    CONSTRAINT pk_incoming PRIMARY KEY (load_id, indicator_id, area_code, area_vintage, time_period, breakdown)
)
 WITHOUT ROWID;

CREATE TABLE incoming_scope (
    load_id INTEGER NOT NULL,
    dimension VARCHAR(16) NOT NULL,
    code VARCHAR(128) NOT NULL,
    CONSTRAINT pk_incoming_scope PRIMARY KEY (load_id, dimension, code)
);

CREATE TABLE indicator (
    indicator_id VARCHAR(64) NOT NULL,
    title VARCHAR(255) NOT NULL,
    description TEXT NOT NULL,
    domain VARCHAR(64) NOT NULL,
    subdomain VARCHAR(64) NOT NULL,
    measure_type VARCHAR(32) NOT NULL,
    unit_measure VARCHAR(32) NOT NULL,
    unit VARCHAR(64) NOT NULL,
    polarity VARCHAR(32) NOT NULL,
    decimals INTEGER NOT NULL,
    publisher VARCHAR(255) NOT NULL,
    license VARCHAR(255) NOT NULL,
    owner VARCHAR(255) NOT NULL,
    dataset_id VARCHAR(255) NOT NULL,
    spec_hash VARCHAR(64) NOT NULL,
    publish BOOLEAN NOT NULL,
    target_vintage VARCHAR(16) NOT NULL,
    CONSTRAINT pk_indicator PRIMARY KEY (indicator_id)
);

CREATE TABLE indicators (
    id INTEGER NOT NULL,
    indicator_id VARCHAR(64) NOT NULL,
    dataset_id VARCHAR(255) NOT NULL,
    domain VARCHAR(64) NOT NULL,
    subdomain VARCHAR(64) NOT NULL,
    lad_code VARCHAR(16) NOT NULL,
    lad_name VARCHAR(255) NOT NULL,
    reference_period DATE NOT NULL,
    value DOUBLE,
    unit VARCHAR(64) NOT NULL,
    source VARCHAR(255) NOT NULL,
    extracted_at DATETIME NOT NULL,
    pipeline_run_id VARCHAR(64) NOT NULL,
    obs_status VARCHAR(1) NOT NULL,
    status_flags VARCHAR(128),
    status_reason VARCHAR(64),
    lower_ci DOUBLE,
    upper_ci DOUBLE,
    time_period VARCHAR(32) NOT NULL,
    is_latest BOOLEAN NOT NULL,
    origin VARCHAR(16) NOT NULL,
    CONSTRAINT pk_indicators PRIMARY KEY (id),
    CONSTRAINT uq_indicators_indicator_id UNIQUE (indicator_id, lad_code, reference_period)
);

CREATE TABLE installation (
    name VARCHAR(32) NOT NULL,
    value VARCHAR(255) NOT NULL,
    CONSTRAINT pk_installation PRIMARY KEY (name)
);

CREATE TABLE run (
    run_id VARCHAR(64) NOT NULL,
    started_at DATETIME NOT NULL,
    finished_at DATETIME,
    command TEXT NOT NULL,
    mode VARCHAR(16) NOT NULL,
    engine_version VARCHAR(32) NOT NULL,
    outcome VARCHAR(16) NOT NULL,
    exit_code INTEGER,
    indicators_loaded INTEGER,
    indicators_unchanged INTEGER,
    indicators_failed INTEGER,
    CONSTRAINT pk_run PRIMARY KEY (run_id)
);

CREATE TABLE etl_audit (
    audit_id INTEGER NOT NULL,
    at DATETIME NOT NULL,
    run_id VARCHAR(64) NOT NULL,
    indicator_id VARCHAR(64),
    event VARCHAR(32) NOT NULL,
    detail TEXT NOT NULL,
    CONSTRAINT pk_etl_audit PRIMARY KEY (audit_id),
    CONSTRAINT fk_etl_audit_run_id FOREIGN KEY(run_id) REFERENCES run (run_id)
);

CREATE INDEX ix_etl_audit_event ON etl_audit (event, indicator_id);

CREATE TABLE ingestion_log (
    ingestion_id INTEGER NOT NULL,
    run_id VARCHAR(64) NOT NULL,
    dataset_id VARCHAR(255) NOT NULL,
    url TEXT NOT NULL,
    object_path TEXT NOT NULL,
    sha256 VARCHAR(64) NOT NULL,
    canonical_hash VARCHAR(64),
    size INTEGER NOT NULL,
    status INTEGER NOT NULL,
    rows INTEGER,
    retrieved_at DATETIME NOT NULL,
    CONSTRAINT pk_ingestion_log PRIMARY KEY (ingestion_id),
    CONSTRAINT fk_ingestion_log_run_id FOREIGN KEY(run_id) REFERENCES run (run_id)
);

CREATE INDEX ix_ingestion_log_run_id ON ingestion_log (run_id);

CREATE TABLE load (
    load_id INTEGER NOT NULL,
    run_id VARCHAR(64) NOT NULL,
    indicator_id VARCHAR(64) NOT NULL,
    dataset_id VARCHAR(255) NOT NULL,
    committed_at DATETIME NOT NULL,
    retrieved_at DATETIME NOT NULL,
    release VARCHAR(255),
    exchange_id VARCHAR(255),
    spec_text TEXT NOT NULL,
    plan_json TEXT NOT NULL,
    plan_fingerprint VARCHAR(64) NOT NULL,
    row_set_hash VARCHAR(64) NOT NULL,
    registry_hash VARCHAR(64) NOT NULL,
    engine_version VARCHAR(32) NOT NULL,
    origin VARCHAR(16) NOT NULL,
    rows_new INTEGER NOT NULL,
    rows_changed INTEGER NOT NULL,
    rows_unchanged INTEGER NOT NULL,
    rows_withdrawn INTEGER NOT NULL,
    rows_held INTEGER NOT NULL,
    outcome VARCHAR(16) NOT NULL,
    commit_id VARCHAR(64),
    kind VARCHAR(16) DEFAULT 'load' NOT NULL,
    undoes INTEGER,
    CONSTRAINT pk_load PRIMARY KEY (load_id),
    CONSTRAINT fk_load_run_id FOREIGN KEY(run_id) REFERENCES run (run_id),
    CONSTRAINT fk_load_indicator_id FOREIGN KEY(indicator_id) REFERENCES indicator (indicator_id)
);

CREATE UNIQUE INDEX ix_load_commit_id ON load (commit_id) WHERE commit_id IS NOT NULL;

CREATE INDEX ix_load_indicator_id ON load (indicator_id);

CREATE TABLE validation_log (
    validation_id INTEGER NOT NULL,
    run_id VARCHAR(64) NOT NULL,
    indicator_id VARCHAR(64) NOT NULL,
    check_name VARCHAR(64) NOT NULL,
    severity VARCHAR(16) NOT NULL,
    message TEXT NOT NULL,
    rows INTEGER NOT NULL,
    total INTEGER,
    valid INTEGER,
    invalid INTEGER,
    missing INTEGER,
    completeness DOUBLE,
    CONSTRAINT pk_validation_log PRIMARY KEY (validation_id),
    CONSTRAINT fk_validation_log_run_id FOREIGN KEY(run_id) REFERENCES run (run_id)
);

CREATE INDEX ix_validation_log_run_id ON validation_log (run_id);

CREATE TABLE hold (
    hold_id INTEGER NOT NULL,
    indicator_id VARCHAR(64) NOT NULL,
    row_set_hash VARCHAR(64) NOT NULL,
    plan_fingerprint VARCHAR(64) NOT NULL,
    load_id INTEGER NOT NULL,
    placed_at DATETIME NOT NULL,
    reason TEXT NOT NULL,
    released_at DATETIME,
    CONSTRAINT pk_hold PRIMARY KEY (hold_id),
    CONSTRAINT fk_hold_indicator_id FOREIGN KEY(indicator_id) REFERENCES indicator (indicator_id),
    CONSTRAINT fk_hold_load_id FOREIGN KEY(load_id) REFERENCES load (load_id)
);

CREATE INDEX ix_hold_indicator_id ON hold (indicator_id);

CREATE TABLE load_input (
    load_id INTEGER NOT NULL,
    input_load_id INTEGER NOT NULL,
    CONSTRAINT pk_load_input PRIMARY KEY (load_id, input_load_id),
    CONSTRAINT fk_load_input_load_id FOREIGN KEY(load_id) REFERENCES load (load_id),
    CONSTRAINT fk_load_input_input_load_id FOREIGN KEY(input_load_id) REFERENCES load (load_id)
);

CREATE TABLE observation (
    observation_id INTEGER NOT NULL,
    indicator_id VARCHAR(64) NOT NULL,
    area_code VARCHAR(16) NOT NULL,
    area_vintage VARCHAR(16) NOT NULL,
    time_period VARCHAR(32) NOT NULL,
    breakdown VARCHAR(128) NOT NULL,
    retrieved_at DATETIME NOT NULL,
    load_id INTEGER NOT NULL,
    action VARCHAR(16) NOT NULL,
    period_start DATE NOT NULL,
    period_end DATE NOT NULL,
    value DOUBLE,
    obs_status VARCHAR(1) NOT NULL,
    status_flags VARCHAR(128),
    status_reason VARCHAR(64),
    lower_ci DOUBLE,
    upper_ci DOUBLE,
    numerator DOUBLE,
    denominator DOUBLE,
    unit_measure VARCHAR(32) NOT NULL,
    note TEXT,
    source_area_code VARCHAR(16),
    origin VARCHAR(16) NOT NULL,
    row_hash VARCHAR(32) NOT NULL,
    CONSTRAINT pk_observation PRIMARY KEY (observation_id),
    CONSTRAINT fk_observation_load_id FOREIGN KEY(load_id) REFERENCES load (load_id)
);

CREATE INDEX ix_observation_indicator_id ON observation (indicator_id, load_id);

CREATE TABLE observation_current (
    indicator_id VARCHAR(64) NOT NULL,
    area_code VARCHAR(16) NOT NULL,
    area_vintage VARCHAR(16) NOT NULL,
    time_period VARCHAR(32) NOT NULL,
    breakdown VARCHAR(128) NOT NULL,
    observation_id INTEGER NOT NULL,
    retrieved_at DATETIME NOT NULL,
    load_id INTEGER NOT NULL,
    action VARCHAR(16) NOT NULL,
    period_start DATE NOT NULL,
    period_end DATE NOT NULL,
    value DOUBLE,
    obs_status VARCHAR(1) NOT NULL,
    status_flags VARCHAR(128),
    status_reason VARCHAR(64),
    lower_ci DOUBLE,
    upper_ci DOUBLE,
    numerator DOUBLE,
    denominator DOUBLE,
    unit_measure VARCHAR(32) NOT NULL,
    note TEXT,
    source_area_code VARCHAR(16),
    origin VARCHAR(16) NOT NULL,
    row_hash VARCHAR(32) NOT NULL,
    CONSTRAINT pk_observation_current PRIMARY KEY (indicator_id, area_code, area_vintage, time_period, breakdown),
    CONSTRAINT fk_observation_current_load_id FOREIGN KEY(load_id) REFERENCES load (load_id)
)
 WITHOUT ROWID;

CREATE TABLE rejected_observation (
    rejected_id INTEGER NOT NULL,
    run_id VARCHAR(64) NOT NULL,
    load_id INTEGER,
    indicator_id VARCHAR(64) NOT NULL,
    area_code VARCHAR(255),
    area_vintage VARCHAR(255),
    time_period VARCHAR(255),
    breakdown VARCHAR(255),
    value DOUBLE,
    check_name VARCHAR(64) NOT NULL,
    reason TEXT NOT NULL,
    CONSTRAINT pk_rejected_observation PRIMARY KEY (rejected_id),
    CONSTRAINT fk_rejected_observation_run_id FOREIGN KEY(run_id) REFERENCES run (run_id),
    CONSTRAINT fk_rejected_observation_load_id FOREIGN KEY(load_id) REFERENCES load (load_id)
);

CREATE INDEX ix_rejected_observation_run_id ON rejected_observation (run_id);

CREATE VIEW observation_history AS
SELECT states.observation_id, states.indicator_id, states.area_code, states.area_vintage, states.time_period, states.breakdown, states.retrieved_at, states.load_id, states.action, states.period_start, states.period_end, states.value, states.obs_status, states.status_flags, states.status_reason, states.lower_ci, states.upper_ci, states.numerator, states.denominator, states.unit_measure, states.note, states.source_area_code, states.origin, CASE WHEN (states.kind != 'backfill') THEN states.committed_at END AS valid_from, CASE WHEN (states.kind != 'backfill') THEN states.next_at END AS valid_to, CAST(CASE WHEN (states.kind != 'backfill' AND states.next_id IS NULL) THEN 1 ELSE 0 END AS BOOLEAN) AS is_current, states.kind
FROM (SELECT observation_1.observation_id AS observation_id, observation_1.indicator_id AS indicator_id, observation_1.area_code AS area_code, observation_1.area_vintage AS area_vintage, observation_1.time_period AS time_period, observation_1.breakdown AS breakdown, observation_1.retrieved_at AS retrieved_at, observation_1.load_id AS load_id, observation_1.action AS action, observation_1.period_start AS period_start, observation_1.period_end AS period_end, observation_1.value AS value, observation_1.obs_status AS obs_status, observation_1.status_flags AS status_flags, observation_1.status_reason AS status_reason, observation_1.lower_ci AS lower_ci, observation_1.upper_ci AS upper_ci, observation_1.numerator AS numerator, observation_1.denominator AS denominator, observation_1.unit_measure AS unit_measure, observation_1.note AS note, observation_1.source_area_code AS source_area_code, observation_1.origin AS origin, observation_1.row_hash AS row_hash, load_1.committed_at AS committed_at, load_1.kind AS kind, lead(load_1.committed_at) OVER (PARTITION BY observation_1.indicator_id, observation_1.area_code, observation_1.area_vintage, observation_1.time_period, observation_1.breakdown, CASE WHEN (load_1.kind = 'backfill') THEN 1 ELSE 0 END ORDER BY observation_1.observation_id) AS next_at, lead(observation_1.observation_id) OVER (PARTITION BY observation_1.indicator_id, observation_1.area_code, observation_1.area_vintage, observation_1.time_period, observation_1.breakdown, CASE WHEN (load_1.kind = 'backfill') THEN 1 ELSE 0 END ORDER BY observation_1.observation_id) AS next_id
FROM observation AS observation_1 JOIN load AS load_1 ON load_1.load_id = observation_1.load_id) AS states;

CREATE VIEW indicators_all AS
SELECT placed.observation_id AS id, placed.indicator_id, indicator_1.dataset_id, indicator_1.domain, indicator_1.subdomain, placed.area_code, area_1.name AS area_name, area_1.level AS area_level, placed.area_vintage, placed.breakdown, placed.period_end AS reference_period, placed.value, indicator_1.unit, indicator_1.publisher AS source, placed.retrieved_at AS extracted_at, load_1.run_id AS pipeline_run_id, placed.obs_status, placed.status_flags, placed.status_reason, placed.lower_ci, placed.upper_ci, placed.time_period, CAST(CASE WHEN (placed.action = 'value' AND placed.period_end = placed.newest) THEN 1 ELSE 0 END AS BOOLEAN) AS is_latest, placed.origin, placed.period_start
FROM (SELECT dated.indicator_id AS indicator_id, dated.area_code AS area_code, dated.area_vintage AS area_vintage, dated.time_period AS time_period, dated.breakdown AS breakdown, dated.observation_id AS observation_id, dated.retrieved_at AS retrieved_at, dated.load_id AS load_id, dated.action AS action, dated.period_start AS period_start, dated.period_end AS period_end, dated.value AS value, dated.obs_status AS obs_status, dated.status_flags AS status_flags, dated.status_reason AS status_reason, dated.lower_ci AS lower_ci, dated.upper_ci AS upper_ci, dated.numerator AS numerator, dated.denominator AS denominator, dated.unit_measure AS unit_measure, dated.note AS note, dated.source_area_code AS source_area_code, dated.origin AS origin, dated.row_hash AS row_hash, dated.newest AS newest, row_number() OVER (PARTITION BY dated.indicator_id, dated.area_code, dated.area_vintage, dated.breakdown, dated.period_end ORDER BY CASE WHEN (dated.action = 'value') THEN 0 ELSE 1 END, dated.observation_id DESC) AS place
FROM (SELECT observation_current_1.indicator_id AS indicator_id, observation_current_1.area_code AS area_code, observation_current_1.area_vintage AS area_vintage, observation_current_1.time_period AS time_period, observation_current_1.breakdown AS breakdown, observation_current_1.observation_id AS observation_id, observation_current_1.retrieved_at AS retrieved_at, observation_current_1.load_id AS load_id, observation_current_1.action AS action, observation_current_1.period_start AS period_start, observation_current_1.period_end AS period_end, observation_current_1.value AS value, observation_current_1.obs_status AS obs_status, observation_current_1.status_flags AS status_flags, observation_current_1.status_reason AS status_reason, observation_current_1.lower_ci AS lower_ci, observation_current_1.upper_ci AS upper_ci, observation_current_1.numerator AS numerator, observation_current_1.denominator AS denominator, observation_current_1.unit_measure AS unit_measure, observation_current_1.note AS note, observation_current_1.source_area_code AS source_area_code, observation_current_1.origin AS origin, observation_current_1.row_hash AS row_hash, max(CASE WHEN (observation_current_1.action = 'value') THEN observation_current_1.period_end END) OVER (PARTITION BY observation_current_1.indicator_id, observation_current_1.area_code, observation_current_1.area_vintage, observation_current_1.breakdown) AS newest
FROM observation_current AS observation_current_1
WHERE observation_current_1.action != 'undone') AS dated) AS placed JOIN indicator AS indicator_1 ON indicator_1.indicator_id = placed.indicator_id AND indicator_1.target_vintage = placed.area_vintage JOIN area AS area_1 ON area_1.area_code = placed.area_code AND area_1.area_vintage = placed.area_vintage JOIN load AS load_1 ON load_1.load_id = placed.load_id
WHERE placed.place = 1 AND indicator_1.publish = 1;

CREATE VIEW indicators_latest AS
SELECT shown.id, shown.indicator_id, shown.dataset_id, shown.domain, shown.subdomain, shown.area_code, shown.area_name, shown.area_level, shown.area_vintage, shown.breakdown, shown.reference_period, shown.value, shown.unit, shown.source, shown.extracted_at, shown.pipeline_run_id, shown.obs_status, shown.status_flags, shown.status_reason, shown.lower_ci, shown.upper_ci, shown.time_period, shown.is_latest, shown.origin, shown.period_start
FROM indicators_all AS shown
WHERE shown.is_latest = 1;

CREATE VIEW indicators_change_on_year AS
SELECT beside.indicator_id, beside.area_code, beside.area_name, beside.area_level, beside.area_vintage, beside.breakdown, beside.time_period, beside.reference_period, beside.is_latest, beside.origin, beside.unit, beside.value, CASE WHEN (CAST(CAST(STRFTIME('%Y', beside.period_start) AS INTEGER) AS INTEGER) - CAST(CAST(STRFTIME('%Y', beside.before_start) AS INTEGER) AS INTEGER) = 1 AND beside.period_start > beside.before_end AND beside.breaks = 0) THEN beside.before_period END AS previous_period, CASE WHEN (CAST(CAST(STRFTIME('%Y', beside.period_start) AS INTEGER) AS INTEGER) - CAST(CAST(STRFTIME('%Y', beside.before_start) AS INTEGER) AS INTEGER) = 1 AND beside.period_start > beside.before_end AND beside.breaks = 0) THEN beside.before_value END AS previous_value, CASE WHEN (CAST(CAST(STRFTIME('%Y', beside.period_start) AS INTEGER) AS INTEGER) - CAST(CAST(STRFTIME('%Y', beside.before_start) AS INTEGER) AS INTEGER) = 1 AND beside.period_start > beside.before_end AND beside.breaks = 0) THEN beside.value - beside.before_value END AS change, CASE WHEN (indicator_1.unit_measure = 'percent') THEN 'percentage points' ELSE beside.unit END AS change_unit, CASE WHEN (CAST(CAST(STRFTIME('%Y', beside.period_start) AS INTEGER) AS INTEGER) - CAST(CAST(STRFTIME('%Y', beside.before_start) AS INTEGER) AS INTEGER) = 1 AND beside.period_start > beside.before_end AND beside.breaks = 0 AND (indicator_1.unit_measure NOT IN ('percent', 'fraction')) AND (indicator_1.measure_type NOT IN ('score', 'index')) AND beside.before_value > 0) THEN (beside.value / (beside.before_value + 0.0) - 1) * 100 END AS change_percent, CASE WHEN (beside.value IS NULL) THEN coalesce(replace(beside.status_reason, '_', ' '), 'no value') WHEN (beside.before_period IS NULL OR CAST(CAST(STRFTIME('%Y', beside.period_start) AS INTEGER) AS INTEGER) - CAST(CAST(STRFTIME('%Y', beside.before_start) AS INTEGER) AS INTEGER) != 1) THEN 'nothing of the same length a year before' WHEN (beside.period_start <= beside.before_end) THEN 'the periods overlap' WHEN (beside.breaks = 1) THEN 'series break' WHEN (beside.before_value IS NULL) THEN 'a year before: ' || coalesce(replace(beside.before_reason, '_', ' '), 'no value') END AS reason
FROM (SELECT shown.indicator_id AS indicator_id, shown.area_code AS area_code, shown.area_name AS area_name, shown.area_level AS area_level, shown.area_vintage AS area_vintage, shown.breakdown AS breakdown, shown.time_period AS time_period, shown.reference_period AS reference_period, shown.is_latest AS is_latest, shown.origin AS origin, shown.unit AS unit, shown.value AS value, shown.status_reason AS status_reason, shown.period_start AS period_start, CASE WHEN (shown.obs_status = 'B' OR coalesce(shown.status_reason, '') = 'series_break' OR coalesce(shown.status_flags, '') != replace(coalesce(shown.status_flags, ''), 'series_break', '')) THEN 1 ELSE 0 END AS breaks, lag(shown.time_period, 1) OVER (PARTITION BY shown.indicator_id, shown.area_code, shown.area_vintage, shown.breakdown, substr(shown.time_period, 5, 28) ORDER BY shown.period_start) AS before_period, lag(shown.period_start, 1) OVER (PARTITION BY shown.indicator_id, shown.area_code, shown.area_vintage, shown.breakdown, substr(shown.time_period, 5, 28) ORDER BY shown.period_start) AS before_start, lag(shown.reference_period, 1) OVER (PARTITION BY shown.indicator_id, shown.area_code, shown.area_vintage, shown.breakdown, substr(shown.time_period, 5, 28) ORDER BY shown.period_start) AS before_end, lag(shown.value, 1) OVER (PARTITION BY shown.indicator_id, shown.area_code, shown.area_vintage, shown.breakdown, substr(shown.time_period, 5, 28) ORDER BY shown.period_start) AS before_value, lag(shown.status_reason, 1) OVER (PARTITION BY shown.indicator_id, shown.area_code, shown.area_vintage, shown.breakdown, substr(shown.time_period, 5, 28) ORDER BY shown.period_start) AS before_reason
FROM indicators_all AS shown) AS beside JOIN indicator AS indicator_1 ON indicator_1.indicator_id = beside.indicator_id;

CREATE VIEW indicators_rolling_mean AS
SELECT beside.indicator_id, beside.area_code, beside.area_name, beside.area_level, beside.area_vintage, beside.breakdown, beside.time_period, beside.reference_period, beside.is_latest, beside.origin, beside.unit, beside.value, CASE WHEN (beside.month - beside.month_1 = beside.months AND beside.month_1 - beside.month_2 = beside.months) THEN beside.period_2 END AS first_period, CASE WHEN (beside.month - beside.month_1 = beside.months AND beside.month_1 - beside.month_2 = beside.months AND beside.breaks = 0 AND beside.breaks_1 = 0) THEN (beside.value + beside.value_1 + beside.value_2) / (3 + 0.0) END AS rolling_mean, CASE WHEN (beside.value IS NULL) THEN coalesce(replace(beside.status_reason, '_', ' '), 'no value') WHEN (beside.months IS NULL) THEN 'not a length of whole months' WHEN (beside.month_2 IS NULL OR NOT (beside.month - beside.month_1 = beside.months AND beside.month_1 - beside.month_2 = beside.months)) THEN 'fewer than three periods in a row' WHEN (NOT (beside.breaks = 0 AND beside.breaks_1 = 0)) THEN 'series break' WHEN (beside.value_1 IS NULL OR beside.value_2 IS NULL) THEN 'one of the three has no value' END AS reason
FROM (SELECT lasting.indicator_id AS indicator_id, lasting.area_code AS area_code, lasting.area_name AS area_name, lasting.area_level AS area_level, lasting.area_vintage AS area_vintage, lasting.breakdown AS breakdown, lasting.time_period AS time_period, lasting.reference_period AS reference_period, lasting.is_latest AS is_latest, lasting.origin AS origin, lasting.unit AS unit, lasting.value AS value, lasting.status_reason AS status_reason, lasting.period_start AS period_start, lasting.breaks AS breaks, lasting.month AS month, lasting.months AS months, lag(lasting.month, 1) OVER (PARTITION BY lasting.indicator_id, lasting.area_code, lasting.area_vintage, lasting.breakdown, lasting.months, CAST(CAST(STRFTIME('%d', lasting.period_start) AS INTEGER) AS INTEGER), lasting.month - (lasting.month / lasting.months) * lasting.months ORDER BY lasting.period_start) AS month_1, lag(lasting.month, 2) OVER (PARTITION BY lasting.indicator_id, lasting.area_code, lasting.area_vintage, lasting.breakdown, lasting.months, CAST(CAST(STRFTIME('%d', lasting.period_start) AS INTEGER) AS INTEGER), lasting.month - (lasting.month / lasting.months) * lasting.months ORDER BY lasting.period_start) AS month_2, lag(lasting.value, 1) OVER (PARTITION BY lasting.indicator_id, lasting.area_code, lasting.area_vintage, lasting.breakdown, lasting.months, CAST(CAST(STRFTIME('%d', lasting.period_start) AS INTEGER) AS INTEGER), lasting.month - (lasting.month / lasting.months) * lasting.months ORDER BY lasting.period_start) AS value_1, lag(lasting.value, 2) OVER (PARTITION BY lasting.indicator_id, lasting.area_code, lasting.area_vintage, lasting.breakdown, lasting.months, CAST(CAST(STRFTIME('%d', lasting.period_start) AS INTEGER) AS INTEGER), lasting.month - (lasting.month / lasting.months) * lasting.months ORDER BY lasting.period_start) AS value_2, lag(lasting.breaks, 1) OVER (PARTITION BY lasting.indicator_id, lasting.area_code, lasting.area_vintage, lasting.breakdown, lasting.months, CAST(CAST(STRFTIME('%d', lasting.period_start) AS INTEGER) AS INTEGER), lasting.month - (lasting.month / lasting.months) * lasting.months ORDER BY lasting.period_start) AS breaks_1, lag(lasting.time_period, 2) OVER (PARTITION BY lasting.indicator_id, lasting.area_code, lasting.area_vintage, lasting.breakdown, lasting.months, CAST(CAST(STRFTIME('%d', lasting.period_start) AS INTEGER) AS INTEGER), lasting.month - (lasting.month / lasting.months) * lasting.months ORDER BY lasting.period_start) AS period_2
FROM (SELECT shown.indicator_id AS indicator_id, shown.area_code AS area_code, shown.area_name AS area_name, shown.area_level AS area_level, shown.area_vintage AS area_vintage, shown.breakdown AS breakdown, shown.time_period AS time_period, shown.reference_period AS reference_period, shown.is_latest AS is_latest, shown.origin AS origin, shown.unit AS unit, shown.value AS value, shown.status_reason AS status_reason, shown.period_start AS period_start, CASE WHEN (shown.obs_status = 'B' OR coalesce(shown.status_reason, '') = 'series_break' OR coalesce(shown.status_flags, '') != replace(coalesce(shown.status_flags, ''), 'series_break', '')) THEN 1 ELSE 0 END AS breaks, CAST(CAST(STRFTIME('%Y', shown.period_start) AS INTEGER) AS INTEGER) * 12 + CAST(CAST(STRFTIME('%m', shown.period_start) AS INTEGER) AS INTEGER) AS month, CASE WHEN (CAST(CAST(STRFTIME('%d', date(shown.reference_period, '+1 day')) AS INTEGER) AS INTEGER) = CAST(CAST(STRFTIME('%d', shown.period_start) AS INTEGER) AS INTEGER)) THEN nullif((CAST(CAST(STRFTIME('%Y', date(shown.reference_period, '+1 day')) AS INTEGER) AS INTEGER) * 12 + CAST(CAST(STRFTIME('%m', date(shown.reference_period, '+1 day')) AS INTEGER) AS INTEGER)) - (CAST(CAST(STRFTIME('%Y', shown.period_start) AS INTEGER) AS INTEGER) * 12 + CAST(CAST(STRFTIME('%m', shown.period_start) AS INTEGER) AS INTEGER)), 0) END AS months
FROM indicators_all AS shown) AS lasting) AS beside;

CREATE VIEW indicators_z_score AS
SELECT varied.indicator_id, varied.area_code, varied.area_name, varied.area_level, varied.area_vintage, varied.breakdown, varied.time_period, varied.reference_period, varied.is_latest, varied.origin, varied.unit, varied.value, varied.districts, varied.mean, CASE WHEN (varied.districts >= 3 AND varied.highest > varied.lowest) THEN (WITH RECURSIVE heron(x, step) AS (SELECT 0.5, 0 UNION ALL SELECT (x + varied.variance / x) / 2, step + 1 FROM heron WHERE step < 60 AND abs(x * x - varied.variance) > 1e-15 * varied.variance) SELECT x FROM heron ORDER BY step DESC LIMIT 1) * (varied.highest - varied.lowest) END AS standard_deviation, CASE WHEN (varied.value IS NOT NULL AND varied.districts >= 3 AND varied.highest > varied.lowest) THEN varied.distance / ((WITH RECURSIVE heron(x, step) AS (SELECT 0.5, 0 UNION ALL SELECT (x + varied.variance / x) / 2, step + 1 FROM heron WHERE step < 60 AND abs(x * x - varied.variance) > 1e-15 * varied.variance) SELECT x FROM heron ORDER BY step DESC LIMIT 1) + 0.0) END AS z_score, CASE WHEN (varied.value IS NULL) THEN coalesce(replace(varied.status_reason, '_', ' '), 'no value') WHEN (varied.districts < 3) THEN 'fewer than 3 districts have a value' WHEN (varied.highest <= varied.lowest) THEN 'all districts have the same value' END AS reason
FROM (SELECT apart.indicator_id AS indicator_id, apart.area_code AS area_code, apart.area_name AS area_name, apart.area_level AS area_level, apart.area_vintage AS area_vintage, apart.breakdown AS breakdown, apart.time_period AS time_period, apart.reference_period AS reference_period, apart.is_latest AS is_latest, apart.origin AS origin, apart.unit AS unit, apart.value AS value, apart.status_reason AS status_reason, apart.districts AS districts, apart.mean AS mean, apart.lowest AS lowest, apart.highest AS highest, apart.distance AS distance, avg(apart.distance * apart.distance) OVER (PARTITION BY apart.indicator_id, apart.area_vintage, apart.breakdown, apart.time_period) AS variance
FROM (SELECT of_group.indicator_id AS indicator_id, of_group.area_code AS area_code, of_group.area_name AS area_name, of_group.area_level AS area_level, of_group.area_vintage AS area_vintage, of_group.breakdown AS breakdown, of_group.time_period AS time_period, of_group.reference_period AS reference_period, of_group.is_latest AS is_latest, of_group.origin AS origin, of_group.unit AS unit, of_group.value AS value, of_group.status_reason AS status_reason, of_group.districts AS districts, of_group.mean AS mean, of_group.lowest AS lowest, of_group.highest AS highest, CASE WHEN (of_group.highest - of_group.lowest > 0) THEN (of_group.value - of_group.mean) / ((of_group.highest - of_group.lowest) + 0.0) END AS distance
FROM (SELECT shown.indicator_id AS indicator_id, shown.area_code AS area_code, shown.area_name AS area_name, shown.area_level AS area_level, shown.area_vintage AS area_vintage, shown.breakdown AS breakdown, shown.time_period AS time_period, shown.reference_period AS reference_period, shown.is_latest AS is_latest, shown.origin AS origin, shown.unit AS unit, shown.value AS value, shown.status_reason AS status_reason, count(shown.value) OVER (PARTITION BY shown.indicator_id, shown.area_vintage, shown.breakdown, shown.time_period) AS districts, avg(shown.value) OVER (PARTITION BY shown.indicator_id, shown.area_vintage, shown.breakdown, shown.time_period) AS mean, min(shown.value) OVER (PARTITION BY shown.indicator_id, shown.area_vintage, shown.breakdown, shown.time_period) AS lowest, max(shown.value) OVER (PARTITION BY shown.indicator_id, shown.area_vintage, shown.breakdown, shown.time_period) AS highest
FROM indicators_all AS shown
WHERE shown.area_level = 'lad') AS of_group) AS apart) AS varied;

CREATE VIEW indicators_revisions AS
SELECT states.indicator_id, states.area_code, states.area_vintage, states.time_period, states.breakdown, states.period_end AS reference_period, states.committed_at AS revised_at, states.kind, states.action, states.old_value, states.value AS new_value, states.value - states.old_value AS change, states.old_status, states.old_reason, states.obs_status AS new_status, states.status_reason AS new_reason, states.old_retrieved_at, states.retrieved_at AS new_retrieved_at, states.load_id, states.run_id
FROM (SELECT observation_1.indicator_id AS indicator_id, observation_1.area_code AS area_code, observation_1.area_vintage AS area_vintage, observation_1.time_period AS time_period, observation_1.breakdown AS breakdown, observation_1.period_end AS period_end, observation_1.action AS action, observation_1.value AS value, observation_1.obs_status AS obs_status, observation_1.status_reason AS status_reason, observation_1.retrieved_at AS retrieved_at, observation_1.load_id AS load_id, load_1.committed_at AS committed_at, load_1.kind AS kind, load_1.run_id AS run_id, lag(observation_1.action, 1) OVER (PARTITION BY observation_1.indicator_id, observation_1.area_code, observation_1.area_vintage, observation_1.time_period, observation_1.breakdown ORDER BY observation_1.observation_id) AS old_action, lag(observation_1.value, 1) OVER (PARTITION BY observation_1.indicator_id, observation_1.area_code, observation_1.area_vintage, observation_1.time_period, observation_1.breakdown ORDER BY observation_1.observation_id) AS old_value, lag(observation_1.obs_status, 1) OVER (PARTITION BY observation_1.indicator_id, observation_1.area_code, observation_1.area_vintage, observation_1.time_period, observation_1.breakdown ORDER BY observation_1.observation_id) AS old_status, lag(observation_1.status_reason, 1) OVER (PARTITION BY observation_1.indicator_id, observation_1.area_code, observation_1.area_vintage, observation_1.time_period, observation_1.breakdown ORDER BY observation_1.observation_id) AS old_reason, lag(observation_1.retrieved_at, 1) OVER (PARTITION BY observation_1.indicator_id, observation_1.area_code, observation_1.area_vintage, observation_1.time_period, observation_1.breakdown ORDER BY observation_1.observation_id) AS old_retrieved_at
FROM observation AS observation_1 JOIN load AS load_1 ON load_1.load_id = observation_1.load_id
WHERE load_1.kind != 'backfill') AS states JOIN indicator AS indicator_1 ON indicator_1.indicator_id = states.indicator_id
WHERE indicator_1.publish = 1 AND states.old_action IS NOT NULL;

CREATE VIEW indicators_held AS
SELECT rejected_observation_1.indicator_id, rejected_observation_1.area_code, rejected_observation_1.area_vintage, rejected_observation_1.time_period, rejected_observation_1.breakdown, rejected_observation_1.value AS rejected_value, rejected_observation_1.check_name, rejected_observation_1.reason, newest.committed_at AS held_at
FROM rejected_observation AS rejected_observation_1 JOIN (SELECT load_1.load_id AS load_id, load_1.run_id AS run_id, load_1.indicator_id AS indicator_id, load_1.dataset_id AS dataset_id, load_1.committed_at AS committed_at, load_1.retrieved_at AS retrieved_at, load_1.release AS release, load_1.exchange_id AS exchange_id, load_1.spec_text AS spec_text, load_1.plan_json AS plan_json, load_1.plan_fingerprint AS plan_fingerprint, load_1.row_set_hash AS row_set_hash, load_1.registry_hash AS registry_hash, load_1.engine_version AS engine_version, load_1.origin AS origin, load_1.rows_new AS rows_new, load_1.rows_changed AS rows_changed, load_1.rows_unchanged AS rows_unchanged, load_1.rows_withdrawn AS rows_withdrawn, load_1.rows_held AS rows_held, load_1.outcome AS outcome, load_1.commit_id AS commit_id, load_1.kind AS kind, load_1.undoes AS undoes
FROM load AS load_1
WHERE load_1.load_id IN (SELECT max(load_1.load_id) AS max_1
FROM load AS load_1
WHERE load_1.kind = 'load' AND NOT (EXISTS (SELECT *
FROM load AS load_2
WHERE load_2.undoes = load_1.load_id)) GROUP BY load_1.indicator_id)) AS newest ON newest.run_id = rejected_observation_1.run_id AND newest.indicator_id = rejected_observation_1.indicator_id JOIN indicator AS indicator_1 ON indicator_1.indicator_id = rejected_observation_1.indicator_id
WHERE indicator_1.publish = 1;

CREATE VIEW indicators_state AS
SELECT indicator_1.indicator_id, indicator_1.title, CASE WHEN (EXISTS (SELECT *
FROM hold AS hold_1
WHERE hold_1.indicator_id = indicator_1.indicator_id AND hold_1.released_at IS NULL AND (newest.load_id IS NULL OR hold_1.load_id > newest.load_id))) THEN 'on hold' WHEN (failure.at IS NOT NULL AND (newest.load_id IS NULL OR failure.at > newest.committed_at)) THEN 'stale' WHEN (newest.load_id IS NULL) THEN 'empty' WHEN (newest.rows_held > 0) THEN 'held' ELSE 'current' END AS state, newest.committed_at AS last_loaded_at, newest.retrieved_at AS extracted_at, newest.release, failure.at AS last_failed_at, failure.detail AS failure, coalesce(counts.live, 0) AS live, coalesce(counts.missing, 0) AS missing, coalesce(counts.withdrawn, 0) AS withdrawn, coalesce(newest.rows_held, 0) AS held, CAST(CASE WHEN (failure.at IS NOT NULL AND (newest.load_id IS NULL OR failure.at > newest.committed_at)) THEN 1 ELSE 0 END AS BOOLEAN) AS is_stale, CAST(CASE WHEN (EXISTS (SELECT *
FROM hold AS hold_1
WHERE hold_1.indicator_id = indicator_1.indicator_id AND hold_1.released_at IS NULL AND (newest.load_id IS NULL OR hold_1.load_id > newest.load_id))) THEN 1 ELSE 0 END AS BOOLEAN) AS is_on_hold
FROM indicator AS indicator_1 LEFT OUTER JOIN (SELECT load_1.load_id AS load_id, load_1.run_id AS run_id, load_1.indicator_id AS indicator_id, load_1.dataset_id AS dataset_id, load_1.committed_at AS committed_at, load_1.retrieved_at AS retrieved_at, load_1.release AS release, load_1.exchange_id AS exchange_id, load_1.spec_text AS spec_text, load_1.plan_json AS plan_json, load_1.plan_fingerprint AS plan_fingerprint, load_1.row_set_hash AS row_set_hash, load_1.registry_hash AS registry_hash, load_1.engine_version AS engine_version, load_1.origin AS origin, load_1.rows_new AS rows_new, load_1.rows_changed AS rows_changed, load_1.rows_unchanged AS rows_unchanged, load_1.rows_withdrawn AS rows_withdrawn, load_1.rows_held AS rows_held, load_1.outcome AS outcome, load_1.commit_id AS commit_id, load_1.kind AS kind, load_1.undoes AS undoes
FROM load AS load_1
WHERE load_1.load_id IN (SELECT max(load_1.load_id) AS max_1
FROM load AS load_1
WHERE load_1.kind = 'load' AND NOT (EXISTS (SELECT *
FROM load AS load_2
WHERE load_2.undoes = load_1.load_id)) GROUP BY load_1.indicator_id)) AS newest ON newest.indicator_id = indicator_1.indicator_id LEFT OUTER JOIN (SELECT etl_audit_1.audit_id AS audit_id, etl_audit_1.at AS at, etl_audit_1.run_id AS run_id, etl_audit_1.indicator_id AS indicator_id, etl_audit_1.event AS event, etl_audit_1.detail AS detail
FROM etl_audit AS etl_audit_1
WHERE etl_audit_1.audit_id IN (SELECT max(etl_audit_1.audit_id) AS max_2
FROM etl_audit AS etl_audit_1
WHERE etl_audit_1.event = 'failed' AND etl_audit_1.indicator_id IS NOT NULL GROUP BY etl_audit_1.indicator_id)) AS failure ON failure.indicator_id = indicator_1.indicator_id LEFT OUTER JOIN (SELECT observation_current_1.indicator_id AS indicator_id, sum(CASE WHEN (observation_current_1.action = 'value') THEN 1 ELSE 0 END) AS live, sum(CASE WHEN (observation_current_1.action = 'value' AND observation_current_1.value IS NULL) THEN 1 ELSE 0 END) AS missing, sum(CASE WHEN (observation_current_1.action = 'withdrawn') THEN 1 ELSE 0 END) AS withdrawn
FROM observation_current AS observation_current_1 JOIN indicator AS indicator_1 ON indicator_1.indicator_id = observation_current_1.indicator_id AND indicator_1.target_vintage = observation_current_1.area_vintage
WHERE observation_current_1.action != 'undone' GROUP BY observation_current_1.indicator_id) AS counts ON counts.indicator_id = indicator_1.indicator_id
WHERE indicator_1.publish = 1;

CREATE VIEW dim_indicator AS
SELECT indicator_1.indicator_id, indicator_1.title, indicator_1.description, indicator_1.domain, indicator_1.subdomain, indicator_1.measure_type, indicator_1.unit_measure, indicator_1.unit, indicator_1.polarity, indicator_1.decimals, CASE WHEN (substr(indicator_1.unit_measure, 1, 3) = 'gbp') THEN '"' || substr(indicator_1.unit, 1, 1) || '"' ELSE '' END || '#,0' || CASE WHEN (indicator_1.decimals > 0) THEN '.' || substr('0000000000', 1, indicator_1.decimals) ELSE '' END || CASE WHEN (indicator_1.unit = '%') THEN '"%"' WHEN (substr(indicator_1.unit_measure, 1, 12) = 'gbp_thousand') THEN '" thousand"' WHEN (substr(indicator_1.unit_measure, 1, 11) = 'gbp_million') THEN '" million"' ELSE '' END AS format_string, indicator_1.publisher, indicator_1.license, indicator_1.owner, indicator_1.dataset_id, indicator_1.target_vintage, 'Source: ' || indicator_1.publisher || CASE WHEN (indicator_1.license = 'OGL-UK-3.0') THEN '. Contains public sector information licensed under the Open Government Licence v3.0.' ELSE '' END AS attribution
FROM indicator AS indicator_1
WHERE indicator_1.publish = 1;

CREATE VIEW dim_area AS
SELECT area_1.area_code || ' ' || area_1.area_vintage AS area_key, area_1.area_code, area_1.area_vintage, area_1.name AS area_name, area_1.level AS area_level, area_1.parent AS parent_code, parent.name AS parent_name
FROM area AS area_1 LEFT OUTER JOIN area AS parent ON parent.area_code = area_1.parent AND parent.area_vintage = area_1.area_vintage
WHERE area_1.area_vintage IN (SELECT indicator_1.target_vintage
FROM indicator AS indicator_1
WHERE indicator_1.publish = 1);

CREATE VIEW dim_period AS
SELECT periods.time_period, periods.period_start, periods.period_end, CASE WHEN (CAST(CAST(STRFTIME('%d', periods.period_start) AS INTEGER) AS INTEGER) = 1 AND periods.months = 12 AND CAST(CAST(STRFTIME('%m', periods.period_start) AS INTEGER) AS INTEGER) = 1) THEN substr(CAST(CAST(CAST(STRFTIME('%Y', periods.period_start) AS INTEGER) AS INTEGER) + 10000 AS VARCHAR(64)), 2, 4) WHEN (CAST(CAST(STRFTIME('%d', periods.period_start) AS INTEGER) AS INTEGER) = 1 AND periods.months = 12 AND CAST(CAST(STRFTIME('%m', periods.period_start) AS INTEGER) AS INTEGER) = 4) THEN substr(CAST(CAST(CAST(STRFTIME('%Y', periods.period_start) AS INTEGER) AS INTEGER) + 10000 AS VARCHAR(64)), 2, 4) || '/' || substr(substr(CAST(CAST(CAST(STRFTIME('%Y', periods.period_start) AS INTEGER) AS INTEGER) + 1 + 10000 AS VARCHAR(64)), 2, 4), 3, 2) WHEN (CAST(CAST(STRFTIME('%d', periods.period_start) AS INTEGER) AS INTEGER) = 1 AND periods.months = 3 AND CAST(CAST(STRFTIME('%m', periods.period_start) AS INTEGER) AS INTEGER) IN (1, 4, 7, 10)) THEN substr(CAST(CAST(CAST(STRFTIME('%Y', periods.period_start) AS INTEGER) AS INTEGER) + 10000 AS VARCHAR(64)), 2, 4) || ' Q' || CAST((CAST(CAST(STRFTIME('%m', periods.period_start) AS INTEGER) AS INTEGER) + 2) / 3 AS VARCHAR(64)) WHEN (CAST(CAST(STRFTIME('%d', periods.period_start) AS INTEGER) AS INTEGER) = 1 AND periods.months = 1) THEN substr(CAST(CAST(CAST(STRFTIME('%Y', periods.period_start) AS INTEGER) AS INTEGER) + 10000 AS VARCHAR(64)), 2, 4) || '-' || substr(CAST(CAST(CAST(STRFTIME('%m', periods.period_start) AS INTEGER) AS INTEGER) + 100 AS VARCHAR(64)), 2, 2) WHEN (CAST(CAST(STRFTIME('%d', periods.period_start) AS INTEGER) AS INTEGER) = 1 AND periods.months IS NOT NULL) THEN substr(CAST(CAST(CAST(STRFTIME('%Y', periods.period_start) AS INTEGER) AS INTEGER) + 10000 AS VARCHAR(64)), 2, 4) || '-' || substr(CAST(CAST(CAST(STRFTIME('%m', periods.period_start) AS INTEGER) AS INTEGER) + 100 AS VARCHAR(64)), 2, 2) || ' to ' || substr(CAST(CAST(CAST(STRFTIME('%Y', periods.period_end) AS INTEGER) AS INTEGER) + 10000 AS VARCHAR(64)), 2, 4) || '-' || substr(CAST(CAST(CAST(STRFTIME('%m', periods.period_end) AS INTEGER) AS INTEGER) + 100 AS VARCHAR(64)), 2, 2) WHEN (periods.period_start = periods.period_end) THEN substr(CAST(CAST(CAST(STRFTIME('%Y', periods.period_start) AS INTEGER) AS INTEGER) + 10000 AS VARCHAR(64)), 2, 4) || '-' || substr(CAST(CAST(CAST(STRFTIME('%m', periods.period_start) AS INTEGER) AS INTEGER) + 100 AS VARCHAR(64)), 2, 2) || '-' || substr(CAST(CAST(CAST(STRFTIME('%d', periods.period_start) AS INTEGER) AS INTEGER) + 100 AS VARCHAR(64)), 2, 2) ELSE substr(CAST(CAST(CAST(STRFTIME('%Y', periods.period_start) AS INTEGER) AS INTEGER) + 10000 AS VARCHAR(64)), 2, 4) || '-' || substr(CAST(CAST(CAST(STRFTIME('%m', periods.period_start) AS INTEGER) AS INTEGER) + 100 AS VARCHAR(64)), 2, 2) || '-' || substr(CAST(CAST(CAST(STRFTIME('%d', periods.period_start) AS INTEGER) AS INTEGER) + 100 AS VARCHAR(64)), 2, 2) || ' to ' || substr(CAST(CAST(CAST(STRFTIME('%Y', periods.period_end) AS INTEGER) AS INTEGER) + 10000 AS VARCHAR(64)), 2, 4) || '-' || substr(CAST(CAST(CAST(STRFTIME('%m', periods.period_end) AS INTEGER) AS INTEGER) + 100 AS VARCHAR(64)), 2, 2) || '-' || substr(CAST(CAST(CAST(STRFTIME('%d', periods.period_end) AS INTEGER) AS INTEGER) + 100 AS VARCHAR(64)), 2, 2) END AS label, substr(periods.time_period, 12, 21) AS length, periods.months, CAST(CAST(STRFTIME('%Y', periods.period_end) AS INTEGER) AS INTEGER) AS year, (CAST(CAST(STRFTIME('%m', periods.period_end) AS INTEGER) AS INTEGER) + 2) / 3 AS quarter, CAST(CAST(STRFTIME('%m', periods.period_end) AS INTEGER) AS INTEGER) AS month
FROM (SELECT found.time_period AS time_period, found.period_start AS period_start, found.period_end AS period_end, CASE WHEN (CAST(CAST(STRFTIME('%d', date(found.period_end, '+1 day')) AS INTEGER) AS INTEGER) = CAST(CAST(STRFTIME('%d', found.period_start) AS INTEGER) AS INTEGER)) THEN nullif((CAST(CAST(STRFTIME('%Y', date(found.period_end, '+1 day')) AS INTEGER) AS INTEGER) * 12 + CAST(CAST(STRFTIME('%m', date(found.period_end, '+1 day')) AS INTEGER) AS INTEGER)) - (CAST(CAST(STRFTIME('%Y', found.period_start) AS INTEGER) AS INTEGER) * 12 + CAST(CAST(STRFTIME('%m', found.period_start) AS INTEGER) AS INTEGER)), 0) END AS months
FROM (SELECT observation_current_1.time_period AS time_period, min(observation_current_1.period_start) AS period_start, min(observation_current_1.period_end) AS period_end
FROM observation_current AS observation_current_1 JOIN indicator AS indicator_1 ON indicator_1.indicator_id = observation_current_1.indicator_id
WHERE indicator_1.publish = 1 AND observation_current_1.action != 'undone' GROUP BY observation_current_1.time_period) AS found) AS periods;

CREATE VIEW fact_observation AS
SELECT placed.observation_id, placed.indicator_id, placed.area_code || ' ' || placed.area_vintage AS area_key, placed.area_code, placed.time_period, placed.period_end AS reference_period, placed.breakdown, placed.value, placed.obs_status, placed.status_flags, placed.status_reason, CASE WHEN (placed.value IS NULL OR placed.status_reason IS NOT NULL) THEN coalesce(replace(placed.status_reason, '_', ' '), 'no value') END AS status_text, placed.lower_ci, placed.upper_ci, placed.numerator, placed.denominator, CAST(CASE WHEN (placed.action = 'value' AND placed.period_end = placed.newest) THEN 1 ELSE 0 END AS BOOLEAN) AS is_latest, placed.origin, placed.retrieved_at AS extracted_at, load_1.run_id AS pipeline_run_id
FROM (SELECT dated.indicator_id AS indicator_id, dated.area_code AS area_code, dated.area_vintage AS area_vintage, dated.time_period AS time_period, dated.breakdown AS breakdown, dated.observation_id AS observation_id, dated.retrieved_at AS retrieved_at, dated.load_id AS load_id, dated.action AS action, dated.period_start AS period_start, dated.period_end AS period_end, dated.value AS value, dated.obs_status AS obs_status, dated.status_flags AS status_flags, dated.status_reason AS status_reason, dated.lower_ci AS lower_ci, dated.upper_ci AS upper_ci, dated.numerator AS numerator, dated.denominator AS denominator, dated.unit_measure AS unit_measure, dated.note AS note, dated.source_area_code AS source_area_code, dated.origin AS origin, dated.row_hash AS row_hash, dated.newest AS newest, row_number() OVER (PARTITION BY dated.indicator_id, dated.area_code, dated.area_vintage, dated.breakdown, dated.period_end ORDER BY CASE WHEN (dated.action = 'value') THEN 0 ELSE 1 END, dated.observation_id DESC) AS place
FROM (SELECT observation_current_1.indicator_id AS indicator_id, observation_current_1.area_code AS area_code, observation_current_1.area_vintage AS area_vintage, observation_current_1.time_period AS time_period, observation_current_1.breakdown AS breakdown, observation_current_1.observation_id AS observation_id, observation_current_1.retrieved_at AS retrieved_at, observation_current_1.load_id AS load_id, observation_current_1.action AS action, observation_current_1.period_start AS period_start, observation_current_1.period_end AS period_end, observation_current_1.value AS value, observation_current_1.obs_status AS obs_status, observation_current_1.status_flags AS status_flags, observation_current_1.status_reason AS status_reason, observation_current_1.lower_ci AS lower_ci, observation_current_1.upper_ci AS upper_ci, observation_current_1.numerator AS numerator, observation_current_1.denominator AS denominator, observation_current_1.unit_measure AS unit_measure, observation_current_1.note AS note, observation_current_1.source_area_code AS source_area_code, observation_current_1.origin AS origin, observation_current_1.row_hash AS row_hash, max(CASE WHEN (observation_current_1.action = 'value') THEN observation_current_1.period_end END) OVER (PARTITION BY observation_current_1.indicator_id, observation_current_1.area_code, observation_current_1.area_vintage, observation_current_1.breakdown) AS newest
FROM observation_current AS observation_current_1
WHERE observation_current_1.action != 'undone') AS dated) AS placed JOIN indicator AS indicator_1 ON indicator_1.indicator_id = placed.indicator_id AND indicator_1.target_vintage = placed.area_vintage JOIN area AS area_1 ON area_1.area_code = placed.area_code AND area_1.area_vintage = placed.area_vintage JOIN load AS load_1 ON load_1.load_id = placed.load_id
WHERE placed.place = 1 AND indicator_1.publish = 1;

CREATE TABLE alembic_version (
    version_num VARCHAR(32) NOT NULL,
    CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);

INSERT INTO alembic_version (version_num) VALUES ('0003');

INSERT INTO installation (name, value) VALUES ('made_by', 'script');

COMMIT;
