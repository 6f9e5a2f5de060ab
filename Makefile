# Each command is one of dev/; 'python3 -m dev --help' lists them with their options.
# make run [PORT=8070] [DETACH=1] [FRESH=1] [PYTHON=/path/to/python3.12]
# make test [ONLY=lint|pure|odoo|upgrade|loop] [ARGS="-k word"]
# make bench [ONLY=sync,queue] [SIZE=0.1] [RUNS=5] [LONG=1]
export PORT PYTHON

.PHONY: run test bench lint shell stop clean

run:
	@python3 -m dev run $(if $(DETACH),--detach) $(if $(FRESH),--fresh)

test:
	@python3 -m dev test $(if $(ONLY),--only $(ONLY)) -- $(ARGS)

bench:
	@python3 -m benchmarks $(if $(ONLY),--only $(ONLY)) $(if $(SIZE),--size $(SIZE)) $(if $(RUNS),--runs $(RUNS)) $(if $(LONG),--long)

lint:
	@python3 -m dev lint

shell:
	@python3 -m dev shell

stop:
	@python3 -m dev stop

clean:
	@python3 -m dev clean
