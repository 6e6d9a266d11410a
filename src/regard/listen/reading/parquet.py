def read_parquet(*a):
    raise NotImplementedError
