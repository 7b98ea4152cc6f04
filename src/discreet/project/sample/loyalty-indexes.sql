CREATE INDEX idx_hyxx_sjh ON t_hy_hyxx (sjh);
CREATE INDEX idx_hyk_hybh ON t_hy_hyk (hybh);
CREATE INDEX idx_jfls_hybh ON t_hy_jfls (hybh);
CREATE INDEX idx_srlp_hybh ON t_hy_srlp (hybh);
CREATE INDEX idx_zjjl_hybh ON t_hy_zjjl (hybh);
ANALYZE;
PRAGMA journal_mode = WAL;
