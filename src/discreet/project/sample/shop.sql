PRAGMA journal_mode = OFF;
PRAGMA synchronous = OFF;
CREATE TABLE staff (
  id INTEGER PRIMARY KEY,
  full_name TEXT NOT NULL,
  work_email TEXT NOT NULL UNIQUE,
  job_title TEXT NOT NULL,
  hired_on DATE NOT NULL,
  left_on DATE
);
CREATE TABLE supplier (
  id INTEGER PRIMARY KEY,
  company_name TEXT NOT NULL,
  website TEXT,
  country TEXT NOT NULL,
  created_by INTEGER REFERENCES staff (id)
);
CREATE TABLE supplier_contact (
  id INTEGER PRIMARY KEY,
  supplier_id INTEGER NOT NULL REFERENCES supplier (id),
  full_name TEXT NOT NULL,
  email TEXT,
  direct_line TEXT,
  job_title TEXT,
  deleted_at TIMESTAMP
);
CREATE TABLE address (
  id INTEGER PRIMARY KEY,
  house TEXT NOT NULL,
  street TEXT NOT NULL,
  city TEXT NOT NULL,
  postal_code TEXT NOT NULL,
  country TEXT NOT NULL
);
CREATE TABLE customer (
  id INTEGER PRIMARY KEY,
  customer_number TEXT NOT NULL UNIQUE,
  email TEXT,
  name TEXT,
  phone TEXT,
  birth_date DATE,
  language TEXT NOT NULL,
  address_id INTEGER REFERENCES address (id),
  referred_by INTEGER REFERENCES customer (id),
  loyalty_tier TEXT,
  created_at TIMESTAMP NOT NULL,
  deleted_at TIMESTAMP,
  profile TEXT
);
CREATE TABLE product (
  id INTEGER PRIMARY KEY,
  sku TEXT NOT NULL UNIQUE,
  title_en TEXT NOT NULL,
  title_zh TEXT NOT NULL,
  price_cents INTEGER NOT NULL,
  attributes TEXT NOT NULL,
  supplier_id INTEGER REFERENCES supplier (id)
);
CREATE TABLE orders (
  id INTEGER PRIMARY KEY,
  order_number TEXT NOT NULL UNIQUE,
  customer_id INTEGER REFERENCES customer (id),
  shipping_address_id INTEGER REFERENCES address (id),
  delivery_note TEXT,
  total_cents INTEGER NOT NULL,
  status TEXT NOT NULL,
  ordered_at TIMESTAMP NOT NULL,
  fiscal_year_end DATE NOT NULL,
  marketplace_order_no TEXT,
  created_by INTEGER REFERENCES staff (id),
  updated_by INTEGER REFERENCES staff (id),
  cancelled_at TIMESTAMP
);
CREATE TABLE order_item (
  order_id INTEGER NOT NULL REFERENCES orders (id),
  line INTEGER NOT NULL,
  product_id INTEGER NOT NULL REFERENCES product (id),
  quantity INTEGER NOT NULL,
  price_cents INTEGER NOT NULL,
  PRIMARY KEY (order_id, line)
);
CREATE TABLE payment (
  id INTEGER PRIMARY KEY,
  order_id INTEGER NOT NULL REFERENCES orders (id),
  method TEXT NOT NULL,
  holder TEXT,
  card_number_end TEXT,
  amount_cents INTEGER NOT NULL,
  paid_at TIMESTAMP NOT NULL,
  fiscal_year_end DATE NOT NULL
);
CREATE TABLE invoice (
  id INTEGER PRIMARY KEY,
  invoice_number TEXT NOT NULL UNIQUE,
  order_id INTEGER NOT NULL REFERENCES orders (id),
  billing_name TEXT,
  billing_address TEXT,
  billing_email TEXT,
  total_cents INTEGER NOT NULL,
  issued_date DATE NOT NULL,
  fiscal_year_end DATE NOT NULL
);
CREATE TABLE review (
  id INTEGER PRIMARY KEY,
  customer_id INTEGER REFERENCES customer (id),
  product_id INTEGER NOT NULL REFERENCES product (id),
  display_name TEXT,
  stars INTEGER NOT NULL,
  body TEXT,
  written_at TIMESTAMP NOT NULL
);
CREATE TABLE login_history (
  id INTEGER PRIMARY KEY,
  customer_id INTEGER NOT NULL REFERENCES customer (id),
  ip TEXT NOT NULL,
  user_agent TEXT NOT NULL,
  signed_in_at TIMESTAMP NOT NULL
);
CREATE TABLE shipment (
  id INTEGER PRIMARY KEY,
  order_id INTEGER NOT NULL REFERENCES orders (id),
  carrier TEXT NOT NULL,
  tracking_number TEXT NOT NULL,
  weight_grams INTEGER NOT NULL,
  shipped_at TIMESTAMP NOT NULL
);
CREATE TABLE note (
  id INTEGER PRIMARY KEY,
  subject_type TEXT NOT NULL,
  subject_id INTEGER NOT NULL,
  body TEXT NOT NULL,
  created_by INTEGER REFERENCES staff (id),
  created_at TIMESTAMP NOT NULL,
  deleted_at TIMESTAMP
);
