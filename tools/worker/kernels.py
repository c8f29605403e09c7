"""What the worker in C++ runs, written in Python: the names that both sides share, and the same work to compare with."""

import csv
import hashlib


def nothing(ignored):
    pass


def sha256(data):
    return hashlib.sha256(data).digest()


def sha256_parts(path, begin, end, size):
    """The digests of the parts of a file, each of `size` bytes."""
    digests = []
    with open(path, "rb") as file:
        file.seek(begin)
        for _ in range(begin, end, size):
            part = file.read(size)
            if not part:
                break
            digests.append(hashlib.sha256(part).digest())
    return digests


def sha256_file(path):
    digest = hashlib.sha256()
    with open(path, "rb") as file:
        for part in iter(lambda: file.read(65536), b""):
            digest.update(part)
    return digest.hexdigest()


def count_primes(begin, end):
    """The primes p with begin <= p < end, by trial division."""
    count = 0
    for number in range(max(begin, 2), end):
        divisor = 2
        while divisor * divisor <= number and number % divisor:
            divisor += 1
        count += divisor * divisor > number
    return count


def column_statistics(path):
    """{name: (numbers, others, least, greatest, sum)} of a table in CSV."""
    with open(path, newline="") as file:
        rows = csv.reader(file)
        columns = [[name, 0, 0, 0.0, 0.0, 0.0] for name in next(rows)]
        for row in rows:
            for column, field in zip(columns, row):
                try:
                    number = float(field)
                except ValueError:
                    column[2] += 1
                    continue
                column[3] = min(column[3], number) if column[1] else number
                column[4] = max(column[4], number) if column[1] else number
                column[5] += number
                column[1] += 1
    return {column[0]: tuple(column[1:]) for column in columns}
