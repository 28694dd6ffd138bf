#!/bin/sh
# GNU parallel: as many jobs as there are cores share the files of batch.rhai. Stopped and started again, it goes on.
#   sh parallel.sh
shards=$(nproc)
seq "$shards" | parallel --halt now,fail=1 signalbox run batch.rhai --shard "{}/$shards" --threads 1
