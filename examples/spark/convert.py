"""Converts a batch with Apache Spark: each partition is piped through its own `converse-messages batch --jsonl`.

    spark-submit convert.py INPUT OUTPUT --to messages --model claude-haiku-4-5

INPUT is a file, a folder or a pattern of JSON Lines, wherever Spark can read. OUTPUT/records has the converted records in the order of the input,
OUTPUT/refused one line {"line", "error", "record"} for each that was refused.
"""

import argparse
import json
import os
import shlex

from pyspark import StorageLevel
from pyspark.sql import SparkSession

VALUE = '{"value":'


def values(results):
    """The converted records as the tool has written them: parsed and printed again they would change their digits and escapes."""
    decoder = json.JSONDecoder()
    for result in results:
        if result.startswith(VALUE):
            _, end = decoder.raw_decode(result, len(VALUE))
            yield result[len(VALUE) : end]


def refusals(pairs):
    for (record, index), result in pairs:
        if not result.startswith(VALUE):
            yield json.dumps({"line": index + 1, "error": json.loads(result)["error"], "record": record})


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--tool", default="converse-messages", help="where the executors find it")
    parser.add_argument("--partitions", type=int, help="at least so many")
    parser.add_argument("input")
    parser.add_argument("output")
    parser.add_argument("options", nargs=argparse.REMAINDER, help="the tool's: --to, --model, --invoke, --loss, ...")
    arguments = parser.parse_args()
    command = shlex.join([arguments.tool, "batch", "--jsonl", *arguments.options])

    spark = SparkSession.builder.appName("converse-messages").getOrCreate()
    # The tool skips blank lines, so they must go, or results would no longer match; but only after lines are numbered as in the file.
    numbered = spark.sparkContext.textFile(arguments.input, arguments.partitions).zipWithIndex()
    numbered = numbered.filter(lambda line: line[0].strip(" \t\f"))
    # One line in, one line out, in order: so `zip` finds each result's record. A tool that fails fails its task, and Spark tries it again.
    # A command that is piped gets no environment but this one, and without it would not be found on the path.
    results = numbered.keys().pipe(command, env={"PATH": os.environ["PATH"]}, checkCode=True)
    pairs = numbered.zip(results).persist(StorageLevel.MEMORY_AND_DISK)

    pairs.values().mapPartitions(values).saveAsTextFile(f"{arguments.output}/records")
    pairs.mapPartitions(refusals).saveAsTextFile(f"{arguments.output}/refused")
    spark.stop()


if __name__ == "__main__":
    main()
