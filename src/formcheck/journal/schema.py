"""The journal's tables, as numbered migrations.

``MIGRATIONS[n]`` takes a file of version ``n`` to version ``n + 1``; the file's own version is
SQLite's ``user_version``. A released migration is never edited: a change is a new entry.

Times are ISO 8601 in UTC (so that they sort by instant) and ``offset_min`` is how far the clock
of the place was ahead (:mod:`~formcheck.journal.times`); ``day`` is the date of that place.
Columns ending in ``_s`` inside a set are seconds from the start of its stream.
"""

from __future__ import annotations

__all__ = ["APPLICATION_ID", "MIGRATIONS", "PARENT", "TABLES", "VERSION"]

#: Marks the file as a formcheck journal (``PRAGMA application_id``), "FChk".
APPLICATION_ID = 0x4643686B

#: When the rows of a table were begun or said: the time that ``offset_min`` belongs to.
_BEGUN_AT = {"sessions": "started_at", "sets": "started_at", "pain": "at", "notes": "at",
             "checks": "at"}  # fmt: skip

MIGRATIONS: tuple[str, ...] = (
    """
    CREATE TABLE sessions (
        id INTEGER PRIMARY KEY,
        uid TEXT NOT NULL UNIQUE,
        day TEXT NOT NULL,
        started_at TEXT NOT NULL,
        ended_at TEXT,
        plan TEXT,
        status TEXT NOT NULL CHECK (status IN ('open', 'done', 'stopped', 'interrupted')),
        formcheck TEXT NOT NULL
    );
    CREATE INDEX sessions_day ON sessions (day);

    CREATE TABLE sets (
        id INTEGER PRIMARY KEY,
        session_id INTEGER NOT NULL REFERENCES sessions ON DELETE CASCADE,
        n INTEGER NOT NULL,
        drill TEXT NOT NULL,
        variant TEXT,
        side TEXT,
        planned_sets INTEGER,
        planned_reps INTEGER,
        planned_hold_s REAL,
        started_at TEXT NOT NULL,
        status TEXT NOT NULL
            CHECK (status IN ('open', 'done', 'stopped', 'ouch', 'interrupted')),
        seconds REAL,
        frames INTEGER,
        frames_with_pose INTEGER,
        score INTEGER,
        model TEXT,
        model_sha256 TEXT,
        parameters TEXT NOT NULL DEFAULT '{}',
        trace TEXT -- the main signal, ten times a second (trace.py)
    );
    CREATE INDEX sets_session ON sets (session_id);
    CREATE INDEX sets_drill ON sets (drill);

    CREATE TABLE reps (
        id INTEGER PRIMARY KEY,
        set_id INTEGER NOT NULL REFERENCES sets ON DELETE CASCADE,
        n INTEGER NOT NULL,
        side TEXT,
        start_s REAL NOT NULL,
        peak_s REAL,
        hold_end_s REAL,
        end_s REAL NOT NULL,
        hold_s REAL,
        peak REAL,
        complete INTEGER NOT NULL CHECK (complete IN (0, 1)),
        rise REAL,
        bumps INTEGER,
        score INTEGER
    );
    CREATE INDEX reps_set ON reps (set_id);

    CREATE TABLE holds (
        id INTEGER PRIMARY KEY,
        set_id INTEGER NOT NULL REFERENCES sets ON DELETE CASCADE,
        n INTEGER NOT NULL,
        side TEXT,
        from_s REAL NOT NULL,
        to_s REAL NOT NULL,
        seconds REAL NOT NULL,
        target_s REAL,
        ended_by TEXT NOT NULL,
        score INTEGER
    );
    CREATE INDEX holds_set ON holds (set_id);

    CREATE TABLE faults (
        id INTEGER PRIMARY KEY,
        set_id INTEGER NOT NULL REFERENCES sets ON DELETE CASCADE,
        rep INTEGER,
        hold INTEGER,
        code TEXT NOT NULL,
        from_s REAL NOT NULL,
        to_s REAL,
        magnitude REAL,
        unit TEXT,
        severity INTEGER NOT NULL,
        cue TEXT,
        certain INTEGER NOT NULL CHECK (certain IN (0, 1))
    );
    CREATE INDEX faults_set ON faults (set_id);

    CREATE TABLE spells (
        id INTEGER PRIMARY KEY,
        set_id INTEGER NOT NULL REFERENCES sets ON DELETE CASCADE,
        from_s REAL NOT NULL,
        to_s REAL,
        reason TEXT NOT NULL
    );
    CREATE INDEX spells_set ON spells (set_id);

    CREATE TABLE pain (
        id INTEGER PRIMARY KEY,
        session_id INTEGER NOT NULL REFERENCES sessions ON DELETE CASCADE,
        moment TEXT NOT NULL CHECK (moment IN ('before', 'after', 'next_day')),
        at TEXT NOT NULL,
        level INTEGER NOT NULL CHECK (level BETWEEN 0 AND 10),
        stiff INTEGER CHECK (stiff IN (0, 1)),
        leg_symptoms INTEGER NOT NULL DEFAULT 0 CHECK (leg_symptoms IN (0, 1)),
        UNIQUE (session_id, moment)
    );

    CREATE TABLE activity (
        id INTEGER PRIMARY KEY,
        session_id INTEGER NOT NULL REFERENCES sessions ON DELETE CASCADE,
        kind TEXT NOT NULL,
        minutes REAL NOT NULL CHECK (minutes >= 0)
    );
    CREATE INDEX activity_session ON activity (session_id);

    CREATE TABLE notes (
        id INTEGER PRIMARY KEY,
        session_id INTEGER NOT NULL REFERENCES sessions ON DELETE CASCADE,
        at TEXT NOT NULL,
        text TEXT NOT NULL
    );
    CREATE INDEX notes_session ON notes (session_id);

    -- The safety questions: only when they were asked and whether every answer was no.
    -- What was answered is nobody's business, not even this file's.
    CREATE TABLE checks (
        id INTEGER PRIMARY KEY,
        uid TEXT NOT NULL UNIQUE,
        at TEXT NOT NULL,
        day TEXT NOT NULL,
        clear INTEGER NOT NULL CHECK (clear IN (0, 1))
    );

    -- What the person said that locks a drill, e.g. kneeling_hurts = 1.
    CREATE TABLE facts (
        name TEXT PRIMARY KEY,
        value INTEGER NOT NULL CHECK (value IN (0, 1)),
        day TEXT NOT NULL
    );
    """,
    # Until now a time was kept by the clock of the place, and sorted as text.
    "".join(
        f"""
    ALTER TABLE {table} ADD COLUMN offset_min INTEGER NOT NULL DEFAULT 0;
    UPDATE {table} SET offset_min = offset_min_of({at}), {at} = as_utc({at});
    """
        for table, at in _BEGUN_AT.items()
    )
    + "UPDATE sessions SET ended_at = as_utc(ended_at);",
)

VERSION = len(MIGRATIONS)

#: Every table, parents before children.
TABLES = (
    "sessions", "sets", "reps", "holds", "faults", "spells",
    "pain", "activity", "notes", "checks", "facts",
)  # fmt: skip

#: The column of a table that points to its parent, and that parent.
PARENT = {
    "sets": ("session_id", "sessions"),
    "reps": ("set_id", "sets"),
    "holds": ("set_id", "sets"),
    "faults": ("set_id", "sets"),
    "spells": ("set_id", "sets"),
    "pain": ("session_id", "sessions"),
    "activity": ("session_id", "sessions"),
    "notes": ("session_id", "sessions"),
}
