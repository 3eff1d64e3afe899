export { repositoryKey } from '../../source/index.ts'
