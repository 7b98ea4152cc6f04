PRAGMA journal_mode = OFF;
PRAGMA synchronous = OFF;
CREATE TABLE agents (id INTEGER PRIMARY KEY, full_name TEXT NOT NULL, email TEXT NOT NULL);
CREATE TABLE contacts (
  id INTEGER PRIMARY KEY,
  full_name TEXT,
  email TEXT,
  mobile TEXT,
  customer_no TEXT,
  created_at TIMESTAMP NOT NULL,
  is_deleted INTEGER NOT NULL
);
CREATE TABLE tickets (
  id INTEGER PRIMARY KEY,
  contact_id INTEGER NOT NULL,
  assigned_to INTEGER,
  subject TEXT NOT NULL,
  status TEXT NOT NULL,
  opened_at TIMESTAMP NOT NULL,
  created_by INTEGER,
  updated_by INTEGER,
  deleted_at TIMESTAMP
);
CREATE TABLE messages (
  id INTEGER PRIMARY KEY,
  ticket_id INTEGER NOT NULL,
  sender_email TEXT,
  body TEXT NOT NULL,
  sent_at TIMESTAMP NOT NULL
);
CREATE TABLE call_notes (
  id INTEGER PRIMARY KEY,
  customer_no TEXT NOT NULL,
  caller TEXT,
  phone TEXT,
  note TEXT NOT NULL,
  called_at TIMESTAMP NOT NULL
);
CREATE TABLE remarks (
  id INTEGER PRIMARY KEY,
  about_type TEXT NOT NULL,
  about_id INTEGER NOT NULL,
  remark TEXT NOT NULL
);
