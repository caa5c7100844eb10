-- A diary as formcheck kept it before times were in UTC (iterdump of a file of version 1).
PRAGMA application_id = 1178822763;
PRAGMA user_version = 1;
BEGIN TRANSACTION;
CREATE TABLE activity (
        id INTEGER PRIMARY KEY,
        session_id INTEGER NOT NULL REFERENCES sessions ON DELETE CASCADE,
        kind TEXT NOT NULL,
        minutes REAL NOT NULL CHECK (minutes >= 0)
    );
CREATE TABLE checks (
        id INTEGER PRIMARY KEY,
        uid TEXT NOT NULL UNIQUE,
        at TEXT NOT NULL,
        day TEXT NOT NULL,
        clear INTEGER NOT NULL CHECK (clear IN (0, 1))
    );
INSERT INTO "checks" VALUES(1,'1e2feb89414c343c1027c4d1c386bbc4','2026-03-02T20:00:00+13:00','2026-03-02',1);
INSERT INTO "checks" VALUES(2,'35bf992dc9e9c616612e7696a6cecc1b','2026-03-02T08:00:00-08:00','2026-03-02',1);
INSERT INTO "checks" VALUES(3,'9b810e766ec9d28663ca828dd5f4b3b2','2026-10-25T02:50:00+02:00','2026-10-25',1);
CREATE TABLE facts (
        name TEXT PRIMARY KEY,
        value INTEGER NOT NULL CHECK (value IN (0, 1)),
        day TEXT NOT NULL
    );
INSERT INTO "facts" VALUES('falls',0,'2026-10-25');
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
INSERT INTO "faults" VALUES(1,1,1,NULL,'pelvis_roll',5.0,6.0,21.5,'deg',2,'Hips stacked',1);
INSERT INTO "faults" VALUES(2,2,1,NULL,'pelvis_roll',5.0,6.0,21.5,'deg',2,'Hips stacked',1);
INSERT INTO "faults" VALUES(3,3,1,NULL,'pelvis_roll',5.0,6.0,21.5,'deg',2,'Hips stacked',1);
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
CREATE TABLE notes (
        id INTEGER PRIMARY KEY,
        session_id INTEGER NOT NULL REFERENCES sessions ON DELETE CASCADE,
        at TEXT NOT NULL,
        text TEXT NOT NULL
    );
INSERT INTO "notes" VALUES(1,1,'2026-03-02T20:00:00+13:00','a note');
INSERT INTO "notes" VALUES(2,2,'2026-03-02T08:00:00-08:00','a note');
INSERT INTO "notes" VALUES(3,3,'2026-10-25T02:50:00+02:00','a note');
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
INSERT INTO "pain" VALUES(1,1,'next_day','2026-03-02T17:30:00-08:00',2,0,0);
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
INSERT INTO "reps" VALUES(1,1,1,NULL,5.0,6.0,7.0,8.0,1.0,31.0,1,NULL,0,NULL);
INSERT INTO "reps" VALUES(2,2,1,NULL,5.0,6.0,7.0,8.0,1.0,31.0,1,NULL,0,NULL);
INSERT INTO "reps" VALUES(3,3,1,NULL,5.0,6.0,7.0,8.0,1.0,31.0,1,NULL,0,NULL);
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
INSERT INTO "sessions" VALUES(1,'cd613e30d8f16adf91b7584a2265b1f5','2026-03-02','2026-03-02T20:00:00+13:00','2026-03-02T20:20:00+13:00','balance-and-hips','done','0.1');
INSERT INTO "sessions" VALUES(2,'78e510617311d8a3c2ce6f447ed4d57b','2026-03-02','2026-03-02T08:00:00-08:00','2026-03-02T08:15:00-08:00','start-small','done','0.1');
INSERT INTO "sessions" VALUES(3,'e4b06ce60741c7a87ce42c8218072e8c','2026-10-25','2026-10-25T02:50:00+02:00','2026-10-25T02:10:00+01:00',NULL,'done','0.1');
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
INSERT INTO "sets" VALUES(1,1,1,'clamshell',NULL,'left',1,2,NULL,'2026-03-02T20:00:00+13:00','done',NULL,NULL,NULL,NULL,NULL,NULL,'{}',NULL);
INSERT INTO "sets" VALUES(2,2,1,'clamshell',NULL,'left',1,2,NULL,'2026-03-02T08:00:00-08:00','done',NULL,NULL,NULL,NULL,NULL,NULL,'{}',NULL);
INSERT INTO "sets" VALUES(3,3,1,'clamshell',NULL,'left',1,2,NULL,'2026-10-25T02:50:00+02:00','done',NULL,NULL,NULL,NULL,NULL,NULL,'{}',NULL);
CREATE TABLE spells (
        id INTEGER PRIMARY KEY,
        set_id INTEGER NOT NULL REFERENCES sets ON DELETE CASCADE,
        from_s REAL NOT NULL,
        to_s REAL,
        reason TEXT NOT NULL
    );
CREATE INDEX sessions_day ON sessions (day);
CREATE INDEX sets_session ON sets (session_id);
CREATE INDEX sets_drill ON sets (drill);
CREATE INDEX reps_set ON reps (set_id);
CREATE INDEX holds_set ON holds (set_id);
CREATE INDEX faults_set ON faults (set_id);
CREATE INDEX spells_set ON spells (set_id);
CREATE INDEX activity_session ON activity (session_id);
CREATE INDEX notes_session ON notes (session_id);
COMMIT;
