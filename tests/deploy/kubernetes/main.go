// Reads Kubernetes manifests as the API server would, with no field that it does not know, and what
// one says of another: main.go FOLDER OUT. Writes each ConfigMap's files to OUT/NAME, and the probes
// as `PATH` lines to OUT/probes. Prints what is wrong; the exit status is 1 then.
package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	policyv1 "k8s.io/api/policy/v1"
	"k8s.io/apimachinery/pkg/util/yaml"
	"sigs.k8s.io/json"
	strict "sigs.k8s.io/yaml"
)

// A cluster's objects, by what they are.
type cluster struct {
	namespaces  map[string]bool
	configs     map[string]corev1.ConfigMap
	deployments []appsv1.Deployment
	services    []corev1.Service
	budgets     []policyv1.PodDisruptionBudget
	policies    []networkingv1.NetworkPolicy
}

type typeOf struct {
	APIVersion string `json:"apiVersion"`
	Kind       string `json:"kind"`
}

// add decodes one document; an unknown field, one twice, or a value of another type is an error.
func (c *cluster) add(document []byte) error {
	var what typeOf
	if err := strict.Unmarshal(document, &what); err != nil {
		return err
	}
	switch what {
	case typeOf{"v1", "Namespace"}:
		return decode(document, func(n corev1.Namespace) { c.namespaces[n.Name] = true })
	case typeOf{"v1", "ConfigMap"}:
		return decode(document, func(m corev1.ConfigMap) { c.configs[m.Name] = m })
	case typeOf{"apps/v1", "Deployment"}:
		return decode(document, func(d appsv1.Deployment) { c.deployments = append(c.deployments, d) })
	case typeOf{"v1", "Service"}:
		return decode(document, func(s corev1.Service) { c.services = append(c.services, s) })
	case typeOf{"policy/v1", "PodDisruptionBudget"}:
		return decode(document, func(b policyv1.PodDisruptionBudget) { c.budgets = append(c.budgets, b) })
	case typeOf{"networking.k8s.io/v1", "NetworkPolicy"}:
		return decode(document, func(p networkingv1.NetworkPolicy) { c.policies = append(c.policies, p) })
	}
	return fmt.Errorf("an object of %v, which is not checked", what)
}

func decode[Object any](document []byte, take func(Object)) error {
	var object Object
	text, err := strict.YAMLToJSONStrict(document)
	if err != nil {
		return err
	}
	// As the API server does it: by the letter's case, too.
	if strictly, err := json.UnmarshalStrict(text, &object); err != nil || len(strictly) > 0 {
		return errors.Join(append(strictly, err)...)
	}
	take(object)
	return nil
}

func read(folder string) (*cluster, error) {
	c := &cluster{namespaces: map[string]bool{}, configs: map[string]corev1.ConfigMap{}}
	files, err := filepath.Glob(filepath.Join(folder, "*.yaml"))
	if err != nil || len(files) == 0 {
		return nil, errors.Join(err, fmt.Errorf("no manifests in %s", folder))
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			return nil, err
		}
		documents := yaml.NewDocumentDecoder(io.NopCloser(bytes.NewReader(text)))
		for number := 1; ; number++ {
			document := make([]byte, len(text)+1)
			size, err := documents.Read(document)
			if err == io.EOF {
				break
			}
			if err == nil {
				err = c.add(document[:size])
			}
			if err != nil {
				return nil, fmt.Errorf("%s, document %d: %w", file, number, err)
			}
		}
	}
	return c, nil
}

// write puts out what the gateway itself is asked about.
func (c *cluster) write(out string) error {
	probes := map[string]bool{}
	for _, deployment := range c.deployments {
		for _, probe := range probesOf(deployment.Spec.Template.Spec.Containers[0]) {
			probes[probe.HTTPGet.Path] = true
		}
	}
	var lines strings.Builder
	for path := range probes {
		fmt.Fprintln(&lines, path)
	}
	if err := os.WriteFile(filepath.Join(out, "probes"), []byte(lines.String()), 0o644); err != nil {
		return err
	}
	for name, config := range c.configs {
		folder := filepath.Join(out, name)
		if err := os.MkdirAll(folder, 0o755); err != nil {
			return err
		}
		for file, text := range config.Data {
			if err := os.WriteFile(filepath.Join(folder, file), []byte(text), 0o644); err != nil {
				return err
			}
		}
	}
	return nil
}

func main() {
	c, err := read(os.Args[1])
	if err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
	faults := c.faults()
	for _, fault := range faults {
		fmt.Println(fault)
	}
	if err := c.write(os.Args[2]); err != nil || len(faults) > 0 {
		fmt.Println(errors.Join(err))
		os.Exit(1)
	}
}
