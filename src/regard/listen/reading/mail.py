def read_letters(*a):
    raise NotImplementedError


def read_mailbox(*a):
    raise NotImplementedError
