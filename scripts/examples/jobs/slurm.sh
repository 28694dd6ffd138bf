#!/bin/sh
# A Slurm array: sixteen jobs share the files of batch.rhai. Where one was stopped, submit it again: it goes on.
#   sbatch slurm.sh
#SBATCH --job-name=batch
#SBATCH --array=1-16
#SBATCH --cpus-per-task=2
#SBATCH --mem=4G
exec signalbox run batch.rhai --shard "$SLURM_ARRAY_TASK_ID/$SLURM_ARRAY_TASK_COUNT" --threads "${SLURM_CPUS_PER_TASK:-1}"
