"""Guards Frappe and the database: the clock, the language, SQL, transactions, the queue, optional apps."""
